"""A short-video network: what a rehearsal posts to and follows people on."""

from runner.virtual.apps.shortvideo.app import ShortVideo

__all__ = ["ShortVideo"]
