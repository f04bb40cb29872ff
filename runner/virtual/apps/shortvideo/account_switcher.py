"""The accounts on the phone, and a way to another one.

Nobody has written down how the real app looks here: the sheet and its words are made up.
"""

from functools import partial

from runner.virtual.apps.parts import ACCENT, HEIGHT, LINEAR, WHITE, WIDTH, box, icon, picture, text
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.dialogs import DIMMED
from runner.virtual.apps.shortvideo.interruptions import interrupt
from runner.virtual.apps.shortvideo.screen import MAIN, Screen
from runner.virtual.views import View

_ROW = 110


class AccountSwitcher(Screen):
    """A row for each account, of which the shown one is selected; Add account leads to a login."""

    activity = MAIN

    def build(self) -> View:
        accounts = self.app.state.accounts
        top = HEIGHT - 140 - _ROW * (len(accounts) + 1)
        head = text((40, top + 10, 680, top + 90), "Switch account", size=30, bold=True, align="center")
        rows = [self._row(name, top + 100 + _ROW * n) for n, name in enumerate(accounts)]
        add = self._add(top + 100 + _ROW * len(accounts))
        panel = box(
            (0, top, WIDTH, HEIGHT), head, *rows, add, desc="Bottom sheet", background=WHITE, radius=24
        )
        outside = box((0, 0, WIDTH, top), cls="android.view.View", on_tap=self.app.leave)
        return page(outside, panel, background=DIMMED)

    def _row(self, name: str, top: int) -> View:
        ids, is_shown = self.app.ids, name == self.app.state.account
        children = [
            picture((30, top + 10, 120, top + 100), f"face/{name}", radius=45),
            text((150, top, 600, top + _ROW), name, rid=ids("switcher_name"), bold=True, selected=is_shown),
        ]
        if is_shown:
            children.append(icon((620, top + 30, 670, top + 80), "check", size=36, color=ACCENT))
        choose = self.app.leave if is_shown else partial(self.app.switch_account, name)
        bounds = (0, top, WIDTH, top + _ROW)
        return box(bounds, *children, cls=LINEAR, rid=ids("switcher_row"), selected=is_shown, on_tap=choose)

    def _add(self, top: int) -> View:
        words = text((150, top, 600, top + _ROW), "Add account", rid=self.app.ids("switcher_add"))
        sign = icon((50, top + 30, 100, top + 80), "plus", size=36)
        return box(
            (0, top, WIDTH, top + _ROW), sign, words, cls=LINEAR, on_tap=partial(interrupt, self.app, "login")
        )
