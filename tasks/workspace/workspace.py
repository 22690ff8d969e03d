"""The workspace of a run: what its steps are given beside records."""

from __future__ import annotations

from tasks.runners.runner import Runner
from tasks.store.publishing.incumbent import Incumbent, find_incumbent
from tasks.store.snapshot import Snapshot
from tasks.workspace.reporter import Reporter


class Workspace:
    """What a step works with.

    snapshot: what the store looked like when the run opened it
    store: where the run reads and writes
    tell: how a step says how it goes
    runner: who works on the shards of a step
    """

    # No dataclass: Prefect looks into those for results that it has to wait for.
    def __init__(self, snapshot: Snapshot, tell: Reporter, runner: Runner) -> None:
        self.snapshot, self.store, self.tell, self.runner = snapshot, snapshot.store, tell, runner
        self._incumbents: dict[int, Incumbent | None] = {}

    def telling(self, tell: Reporter) -> Workspace:
        """The same workspace for a step that tells how it goes elsewhere."""
        other = Workspace(self.snapshot, tell, self.runner)
        other._incumbents = self._incumbents
        return other

    def incumbent(self, as_of_week: int) -> Incumbent | None:
        """What served in the last published week before that one; None where nothing was published."""
        if as_of_week not in self._incumbents:
            self._incumbents[as_of_week] = find_incumbent(self.snapshot, as_of_week)
        return self._incumbents[as_of_week]
