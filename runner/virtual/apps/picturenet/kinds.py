"""Every interrupting screen by the name that a rehearsal gives."""

from runner.virtual.apps.picturenet.interruptions import Kind
from runner.virtual.apps.picturenet.notices import NOTICES
from runner.virtual.apps.picturenet.stops import STOPS

KINDS: dict[str, Kind] = {**STOPS, **NOTICES}
