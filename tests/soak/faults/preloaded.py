"""What the forked processes of a sweep find imported, see `tests.processes.preloaded`."""

# ruff: noqa: F401
import flows.weekly_run
import tests.processes.preloaded
from tasks.models.network.quiet import discard_stderr

with discard_stderr():
    import tasks.models.fitting
    import tasks.models.gate.judging
