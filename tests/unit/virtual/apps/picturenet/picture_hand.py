"""A hand that knows where things are in the picture network."""

from app_driver import Hand

from runner.virtual.apps.app import Intent

PACKAGE = "com.instagram.android"
FEED_SHARE = "com.instagram.share.ADD_TO_FEED"
STORY_SHARE = "com.instagram.share.ADD_TO_STORY"
FILM_URI = "content://media/external/video/media/1"


class PictureHand(Hand):
    """Names resource-ids by their last part."""

    def at(self, name, **fields):
        return self.see(resourceId=f"{PACKAGE}:id/{name}", **fields)

    def press(self, name, **fields):
        self.tap(resourceId=f"{PACKAGE}:id/{name}", **fields)

    def write(self, name, words):
        field = self.at(name)
        assert field is not None and field.on_text is not None, f"{name} takes no text"
        field.on_text(words)

    def hand_over(self, uri=FILM_URI, mime_type="video/mp4", action=FEED_SHARE):
        story = action == STORY_SHARE
        name = "StoryShareHandlerActivity" if story else "ShareHandlerActivity"
        intent = Intent(
            action=action,
            mime_type=mime_type,
            component=f"{PACKAGE}/com.instagram.share.handleractivity.{name}",
            extras={"android.intent.extra.STREAM": uri},
        )
        assert self.app.accepts(intent)
        self.app.open(intent)

    def share_reel(self, caption):
        self.hand_over()
        self.press("clips_right_action_button")
        self.press("caption_input_text_view")
        self.write("caption_input_text_view", caption)
        self.press("action_bar_button_text")
        self.press("share_button")

    def post_count(self):
        """What the own page tells."""
        self.press("profile_tab")
        return int(self.at("profile_header_familiar_post_count_value").text)
