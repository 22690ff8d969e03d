"""A real PostgreSQL server with its own data, for the tests and for the measurement of memory."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from flows.processes import free_port

_SECONDS = 60


@dataclass(frozen=True)
class PostgreSQL:
    """A running server; url: as it is given to `weekcast`, without the password."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def connect(self) -> psycopg.Connection:
        """A connection that commits at once."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self.password, autocommit=True
        )


def find_programs() -> Path | None:
    """The folder of PostgreSQL's programs: Debian's, of the newest release, or where PATH leads."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Run a server during the block, with data of its own in a temporary folder."""
    programs = find_programs()
    assert programs is not None
    # It refuses to run as root, so root runs it as the user that Debian makes for it.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="weekcast-postgresql-") as folder:
        home, server = Path(folder), PostgreSQL(free_port(), "s3cret word")
        (home / "password").write_text(server.password)
        for path in (home, home / "password"):
            shutil.chown(path, user)
        made = ["initdb", "--pgdata=data", "--username=postgres", "--auth=scram-sha-256", "--pwfile=password", "-N"]
        _run(programs, [*made, "--locale=C", "--encoding=UTF8"], home, user)
        options = [
            f"-cport={server.port}",
            "-clisten_addresses=127.0.0.1",
            "-cfsync=off",
            f"-cunix_socket_directories={home}",
        ]
        with (home / "log").open("wb") as log:
            command = [str(programs / "postgres"), "-D", "data", *options]
            process = subprocess.Popen(command, cwd=home, user=_switch(user), stdout=log, stderr=log)
        try:
            _wait(server, process, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # ends its connections, and then itself
            process.wait(_SECONDS)


def _run(programs: Path, command: list[str], home: Path, user: str) -> None:
    subprocess.run(
        [str(programs / command[0]), *command[1:]], cwd=home, user=_switch(user), check=True, stdout=subprocess.DEVNULL
    )


def _switch(user: str) -> str | None:
    return user if os.geteuid() == 0 else None


def _wait(server: PostgreSQL, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from error
        time.sleep(0.1)
