"""What is being made into a post: the files, their sound, and the words for them."""

from dataclasses import dataclass

from runner.virtual.apps.shortvideo.memory import Media


@dataclass(slots=True)
class Composition:
    """Only photos have a title. `sound` is empty for the videos' own."""

    media: list[Media]
    sound: str = ""
    title: str = ""
    caption: str = ""

    @property
    def is_photo(self) -> bool:
        return all(media.mime.startswith("image/") for media in self.media)

    @property
    def image(self) -> str:
        """The seed of its picture."""
        return f"media/{self.media[0].sha256}"
