"""What is asked about hosts of any ledger."""

from runner.store.asked.questions import AskedPart


class AskedHosts(AskedPart):
    def are_several(self) -> bool:
        """Whether hosts have registered: the ledger may be shared, and its rows tell what other machines see."""
        return bool(self._ask("look for hosts", "SELECT name FROM hosts LIMIT 1"))
