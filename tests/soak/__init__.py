"""Long tests of what must hold wherever a run is killed or a file is spoiled; `make test` leaves them out."""
