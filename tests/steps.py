"""The steps of a run, in the order in which they are drawn."""

STEPS = "ingest validate align window train evaluate promote forecast ledger report publish".split()
