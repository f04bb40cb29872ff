"""The media index: what `content://media` knows about the files in the shared storage."""

import mimetypes
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runner.virtual.apps.app import MediaFile
from runner.virtual.files import SHARED_STORAGE, Files, resolve

COLLECTIONS = ("video", "images", "audio", "file")
_ANDROID = {
    ".3gp": "video/3gpp",
    ".heic": "image/heic",
    ".mkv": "video/x-matroska",
    ".webp": "image/webp",
}
"""What Android's own table says, and that of this machine need not."""

_PREFIX = "content://media/external/"


@dataclass(frozen=True, slots=True)
class Media:
    """One indexed file; `kind` is the collection that it belongs to beside `file`."""

    id: int
    path: str
    kind: str
    mime_type: str


def collection_of(uri: str) -> str | None:
    """`video` for `content://media/external/video/media` (or an item of it); None if it is no media URI."""
    uri = uri.replace("content://media/external_primary/", _PREFIX)
    name = uri.removeprefix(_PREFIX).split("/")[0]
    return name if uri.startswith(_PREFIX) and name in COLLECTIONS else None


def _mime_type(path: str) -> str:
    known = _ANDROID.get(posixpath.splitext(path)[1].lower())
    return known or mimetypes.guess_type(posixpath.basename(path))[0] or "application/octet-stream"


class MediaIndex:
    """Files get an id when they are scanned, and keep it until they are removed."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._next_id = 12
        self._media: dict[str, Media] = {}

    def scan(self, path: str) -> Media | None:
        """Index the file at `path`, or take it out if it is gone; None if it is no shared media file."""
        place = resolve(path)
        entry = self._files.find(place)
        if entry is None:
            self._media.pop(place, None)
            return None
        mime_type = _mime_type(place)
        kind = {"video": "video", "image": "images", "audio": "audio"}.get(mime_type.split("/")[0])
        if entry.is_folder or kind is None or not place.startswith(SHARED_STORAGE + "/"):
            return None
        if place not in self._media:
            self._media[place] = Media(self._next_id, place, kind, mime_type)
            self._next_id += 1
        return self._media[place]

    def scan_tree(self, folder: str = SHARED_STORAGE) -> None:
        """Index everything below a folder, and forget what is gone."""
        for place in [place for place in self._media if self._files.find(place) is None]:
            del self._media[place]
        for name in self._files.names(folder):
            path = posixpath.join(folder, name)
            if self._files.entry(path).is_folder:
                self.scan_tree(path)
            else:
                self.scan(path)

    def rows(self, collection: str) -> list[dict[str, str]]:
        """The columns of every file of a collection, as the media provider names them."""
        return [
            self._columns(media)
            for media in self._media.values()
            if collection in ("file", media.kind) and self._files.find(media.path)
        ]

    def shared(self) -> list[MediaFile]:
        """The pictures and films, the newest first."""
        rows = [row for row in self.rows("file") if row["mime_type"].startswith(("image/", "video/"))]
        rows.sort(key=lambda row: (int(row["date_modified"]), int(row["_id"])), reverse=True)
        return [
            MediaFile(
                uri=f"{_PREFIX}file/media/{row['_id']}",
                mime_type=row["mime_type"],
                folder=row["bucket_display_name"],
                modified=datetime.fromtimestamp(int(row["date_modified"]), UTC),
            )
            for row in rows
        ]

    def remove(self, media_id: int) -> None:
        self._media = {place: media for place, media in self._media.items() if media.id != media_id}

    def path(self, uri: str) -> str | None:
        """The file behind `content://media/external/COLLECTION/media/ID`."""
        collection, name = collection_of(uri), uri.rpartition("/")[2]
        for media in self._media.values():
            if str(media.id) == name and collection in ("file", media.kind):
                return media.path
        return None

    def memory(self) -> dict[str, Any]:
        """The index as JSON; the files themselves are not part of it."""
        media = [[media.id, media.path, media.kind, media.mime_type] for media in self._media.values()]
        return {"next_id": self._next_id, "media": media}

    def restore(self, memory: Mapping[str, Any]) -> None:
        self._next_id = memory["next_id"]
        self._media = {row[1]: Media(*row) for row in memory["media"]}

    def _columns(self, media: Media) -> dict[str, str]:
        entry = self._files.entry(media.path)
        name = posixpath.basename(media.path)
        folder = posixpath.dirname(media.path).removeprefix(SHARED_STORAGE).lstrip("/")
        return {
            "_id": str(media.id),
            "_data": media.path,
            "_display_name": name,
            "title": posixpath.splitext(name)[0],
            "_size": str(entry.size),
            "mime_type": media.mime_type,
            "date_added": str(entry.modified_s),
            "date_modified": str(entry.modified_s),
            "relative_path": f"{folder}/" if folder else "/",
            "bucket_display_name": posixpath.basename(folder) or "0",
        }
