"""Publishing a run: what is recorded of it, which sales become known, and what readers look at from then on."""
