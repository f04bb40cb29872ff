"""One virtual phone whose picture network the tests of Instagram's flows work on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from phone_shelf import Shelf

from runner.tasks import Outcome, Task, TaskOptions

APP = "com.instagram.android"
ACCOUNT = "studio_virtual01"


class PictureShelf(Shelf):
    """As `Shelf`, for Instagram."""

    def app(self, action: str, **arguments: Any) -> None:
        self.phone.app(APP, action, **arguments)

    def memory(self) -> Any:
        return self.phone.memory(APP)

    def task(self, script: str, target: str | None, config: Mapping[str, Any]) -> Task:
        return replace(super().task(script, target, config), options=TaskOptions(app="instagram"))

    def unfollow(self, user: str, **config: Any) -> Outcome:
        return self.perform(self.task("unfollow", f"@{user}", {"target_users": [f"@{user}"], **config}))

    def like(self, link: str) -> Outcome:
        return self.perform(self.task("like", link, {"target_post_urls": [link]}))

    def comment(self, link: str, words: str) -> Outcome:
        wanted = {"target_post_urls": [link], "comment_content": words}
        return self.perform(self.task("comment", link, wanted))

    def done(self, what: str, code: str) -> list[Any]:
        """What the phone remembers to have done to a post."""
        return [entry for entry in self.memory()[what] if entry["post"] == code]

    def posts(self, caption: str) -> list[Any]:
        """The posts with a caption that the phone remembers."""
        return [post for post in self.memory()["posts"] if post["caption"] == caption]

    def harmless(self) -> bool:
        """Whether nothing was published or sent that nobody asked for."""
        memory = self.memory()
        return not any(memory[what] for what in ("reposts", "sends", "unlikes", "drafts"))

    def calm_down(self) -> None:
        """The phone and its app as they were at first."""
        self.phone.calm()
        self.app("clear")
        self.app("set_follow_result", result="normal")
        self.app("set_comments_off", on=False)
        self.app("set_confirm_rename", on=False)
        self.app("set_old_tabs", on=False)
        self.app("withhold", what="nothing")
        self.app("ask_before_share", question="nothing")
        self.app("set_share_says_next", on=False)
        self.app("set_after_share", screen="reels")
        self.app("set_upload_seconds", seconds=0.3)
        self.app("set_profile_tab", tab="grid")


def post_link(code: str) -> str:
    return f"https://www.instagram.com/p/{code}"
