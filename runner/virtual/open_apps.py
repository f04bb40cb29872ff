"""Which apps of a phone are open, and which one is in front."""

from collections.abc import Callable

from runner.virtual.apps.app import App
from runner.virtual.packages import Packages
from runner.virtual.processes import Processes


class OpenApps:
    """The packages with something open, the one in front last, each with its process.

    `log` takes what the activity manager tells of them; `stop` ends a package whose process somebody kills.
    """

    def __init__(
        self,
        packages: Packages,
        processes: Processes,
        *,
        log: Callable[[str], None],
        stop: Callable[[str], None],
    ) -> None:
        self._packages = packages
        self._processes = processes
        self._log = log
        self._stop = stop
        self._stack = [packages.home]

    @property
    def packages(self) -> list[str]:
        return list(self._stack)

    @property
    def front(self) -> App:
        app = self._packages.app(self._stack[-1])
        assert app is not None, "the stack holds installed apps only"
        return app

    def bring_to_front(self, app: App) -> None:
        """Put an installed app before all others; it runs from now on."""
        package = app.package
        if self._processes.find(package) is None:
            self._start_process(package, app.activities[0])
        self._stack = [name for name in self._stack if name != package] + [package]

    def close(self, package: str) -> None:
        """Take an app away from the screen; the home screen stays."""
        if package != self._packages.home:
            self._stack = [name for name in self._stack if name != package]

    def go_home(self) -> App:
        """Put the home screen before all others."""
        home = self._packages.home
        self._stack = [name for name in self._stack if name != home] + [home]
        return self.front

    def go_back(self) -> None:
        """The back key: what the app in front does not use leads to the one behind it."""
        if not self.front.back() and len(self._stack) > 1:
            self.close(self._stack[-1])

    def crash(self) -> None:
        """The app in front ends, as by a bug of its own; the home screen has none."""
        package = self._stack[-1]
        process = self._processes.find(package)
        if package != self._packages.home and process is not None:
            self._log(f"Process {package} (pid {process.pid}) has died: fg  TOP")
            self._stop(package)

    def close_all(self) -> None:
        """Only the home screen is open."""
        self._stack = [self._packages.home]

    def _start_process(self, package: str, activity: str) -> None:
        facts = self._packages.find(package)
        user, uid = (facts.user, facts.uid) if facts else ("system", 1000)
        started = self._processes.start(
            package, user=user, command=package, kill=lambda: self._stop(package), uid=uid
        )
        self._log(f"Start proc {started.pid}:{package}/{user} for top-activity {{{package}/{activity}}}")
