"""The last good text of a campaign, ready to be planned, when its file is wrong or cannot be read."""

import shutil
import weakref
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load_text
from runner.planning.source import Source
from runner.store.rows import CampaignRow


def restore(row: CampaignRow, flows_folder: Path) -> Source | None:
    """A campaign as the ledger keeps it. None if it never was valid, or if this version of the runner no longer
    understands what was.

    Its flows are carried out from `flows_folder`, where they are told to lie as they were.
    """
    if row.text is None or row.path is None:
        return None
    kept = {name: (flows_folder / f"{name}.yaml", text) for name, text in (row.flows or {}).items()}
    flows = {name: read_flow_file(text, str(path)) for name, (path, text) in kept.items()}
    loaded = load_text(row.text, row.path, flows)
    used = {written["script"] for written in (loaded.document.data or {}).get("scripts", {}).values()}
    if loaded.has_errors or not used <= loaded.scripts.keys():
        return None
    return Source.of(loaded, row.commit)


class FlowCopies:
    """Flows as they were, as files of their own, for as long as this object lives."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def keep(self, campaign: str, texts: Mapping[str, str]) -> Path:
        """Write the flows of a campaign down; returns the folder that has them."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="runner-flows-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        folder = self._folder / campaign
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder
