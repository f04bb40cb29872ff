"""A picture network: what a rehearsal posts reels, photos and stories to."""

from runner.virtual.apps.picturenet.app import PictureNet

__all__ = ["PictureNet"]
