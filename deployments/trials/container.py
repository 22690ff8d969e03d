"""Try Dockerfile and compose.yaml where no image can be built: `python deployments/trials/container.py`.

It has to be root on Debian. The base image is replaced by this machine's own files, below a layer that takes all
changes and is thrown away, and the image of PostgreSQL by Debian's package. The rest is done as written: each RUN and
COPY, the user, the commands, environment and health checks of the services, in a network of their own.
"""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "POSTGRES_PASSWORD": "p@ss/word:1",
    "PREFECT_PASSWORD": "another one",
    "WEEKCAST_SALES_FILE": "sales.csv",
    "WEEKCAST_SALES_FOLDER": "/srv/sales",
}
HOST = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_", "HTTP"))}
BASE = {"PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin:/usr/sbin", "HOME": "/root", **HOST}
POSTGRESQL = max(Path("/usr/lib/postgresql").glob("*/bin"))
SECONDS = 300
LOOK_AT_SERVER = """
import httpx
server = "http://server:4200"
print("without the password:", httpx.post(f"{server}/api/flows/filter").status_code)
page = httpx.get(server, follow_redirects=True, headers={"accept": "text/html"})
print("the UI's page:", page.status_code, httpx.get(f"{server}/ui-settings").json())
"""
CLONE_NEWNET = 0x40000000  # of Linux


class Image:
    """What a Dockerfile makes of this machine's files, in a folder."""

    def __init__(self, place: Path) -> None:
        self.root, self.folder, self.user = place / "merged", "/", ["0", "0"]
        self.environment = dict(BASE)
        for name in ("merged", "upper", "work"):
            (place / name).mkdir()
        layers = f"lowerdir=/,upperdir={place}/upper,workdir={place}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)
        for name in ("dev", "proc"):
            subprocess.run(["mount", "--rbind", f"/{name}", self.root / name], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.root / "tmp"], check=True)  # others' files may lie there
        (self.root / "root").chmod(0o755)  # where this machine's Python may lie
        with (self.root / "etc/hosts").open("a") as hosts:
            hosts.write("\n127.0.0.1 localhost server database\n")

    def start(
        self, command: list[str], environment: dict[str, str] | None = None, out: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a command within the image, as its user and in its folder."""
        user, group = self.user
        inside: list[str | Path] = [
            "chroot",
            f"--userspec={user}:{group}",
            self.root,
            "sh",
            "-c",
            f'cd {self.folder} && exec "$@"',
            "sh",
        ]
        return subprocess.Popen([*inside, *command], env=self.environment | (environment or {}), stdout=out, stderr=out)

    def run(self, command: list[str], environment: dict[str, str] | None = None) -> int:
        """Run a command within the image; returns its exit code."""
        return self.start(command, environment).wait()

    def follow(self, word: str, rest: str) -> None:
        """Do what a line of the Dockerfile says."""
        if word == "RUN" and self.run(["sh", "-ec", rest]):
            sys.exit(f"failed: RUN {rest}")
        elif word == "COPY":
            *sources, target = shlex.split(rest)
            place = self.root / self.folder.lstrip("/") / target
            for source in sources:
                copy(ROOT / source, place / source if target.endswith("/") else place)
        elif word == "ENV":
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                self.environment[name] = value.replace("$PATH", self.environment["PATH"])
        elif word == "WORKDIR":
            self.folder = rest
            (self.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            self.user = subprocess.check_output(
                ["chroot", self.root, "sh", "-c", f"id -u {rest}; id -g {rest}"], text=True
            ).split()


def tell(*words: object) -> None:
    """Print a line at once: those of the services come between."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def copy(source: Path, place: Path) -> None:
    """Copy a file or a folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        shutil.copy(source, place)


def build(image: Image) -> None:
    """Follow the Dockerfile, and tell how long each RUN took."""
    text = (ROOT / "deployments" / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        started = time.monotonic()
        image.follow(word, rest)
        if word == "RUN":
            tell(f"RUN {rest[:60]}…: {time.monotonic() - started:.0f} s")


def substitute(value: Any) -> str:
    """A value of compose.yaml, with the variables of the environment in it."""
    pattern = r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}"
    return re.sub(pattern, lambda found: GIVEN.get(found[1]) or found[2] or "", str(value))


def start(image: Image, service: dict[str, Any], log: Path) -> subprocess.Popen[bytes]:
    """Start a service of compose.yaml, with its output in a file."""
    environment = {name: substitute(value) for name, value in service["environment"].items()}
    with log.open("wb") as output:
        return image.start(list(map(substitute, service["command"])), environment, output.fileno())


def wait_until_healthy(image: Image, name: str, service: dict[str, Any]) -> None:
    """Ask a service's health check until it is content."""
    started = time.monotonic()
    check = service["healthcheck"]["test"][1:]
    while image.start(check, out=subprocess.DEVNULL).wait() and time.monotonic() < started + SECONDS:
        time.sleep(2)
    tell(f"{name}: healthy after {time.monotonic() - started:.0f} s")


def start_database(place: Path) -> None:
    """PostgreSQL as compose.yaml sets it up, with a password for whoever comes through the network."""
    place.chmod(0o755)
    secret, data = place / "secret", place / "database"
    secret.write_text(GIVEN["POSTGRES_PASSWORD"])
    secret.chmod(0o644)
    as_postgres = ["runuser", "-u", "postgres", "--"]
    subprocess.run(["install", "-d", "-o", "postgres", data], check=True)
    create: list[str | Path] = [
        POSTGRESQL / "initdb",
        "-D",
        data,
        "-U",
        "prefect",
        "-A",
        "scram-sha-256",
        f"--pwfile={secret}",
    ]
    subprocess.run([*as_postgres, *create], check=True, stdout=subprocess.DEVNULL)
    options = f"-k {data} -c listen_addresses=127.0.0.1"
    start_it: list[str | Path] = [POSTGRESQL / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start"]
    subprocess.run([*as_postgres, *start_it], check=True)
    login = {"PGPASSWORD": GIVEN["POSTGRES_PASSWORD"]}
    subprocess.run([POSTGRESQL / "createdb", "-h", "127.0.0.1", "-U", "prefect", "prefect"], env=login, check=True)


def serve(image: Image, place: Path) -> None:
    """Start all services, and have the worker do a run that is asked for."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    services = yaml.safe_load((ROOT / "deployments" / "compose.yaml").read_text())["services"]
    start_database(place)
    started = [start(image, services["server"], place / "server.log")]
    try:
        try_services(image, services, place, started)
    finally:
        for process in reversed(started):
            process.terminate()
            tell("stopped: exit code", process.wait(60))
        stop: list[str | Path] = [POSTGRESQL / "pg_ctl", "-D", place / "database", "-m", "fast", "stop"]
        subprocess.run(["runuser", "-u", "postgres", "--", *stop], check=True, stdout=subprocess.DEVNULL)


def try_services(image: Image, services: dict[str, Any], place: Path, started: list[subprocess.Popen[bytes]]) -> None:
    """Deploy, start the worker, have it do a run, and look at the store."""
    wait_until_healthy(image, "server", services["server"])
    image.run(["python", "-c", LOOK_AT_SERVER])
    tell("deploy: exit code", start(image, services["deploy"], place / "deploy.log").wait())
    started.append(start(image, services["worker"], place / "worker.log"))
    wait_until_healthy(image, "worker", services["worker"])
    client = {name: substitute(value) for name, value in services["deploy"]["environment"].items()}
    ask = ["prefect", "deployment", "run", "weekly-forecast/weekly", "--watch", "--watch-timeout", str(SECONDS)]
    run = image.start(ask, client, subprocess.DEVNULL).wait()
    tell("run: exit code", run, "" if not run else (place / "worker.log").read_text()[-3000:])
    look = "id -un; touch /opt/weekcast/x; cd /var/lib/weekcast/store && ls -l forecasts && weekcast verify ."
    image.run(["sh", "-c", look])


def main() -> None:
    """Build in a mount namespace of its own, then serve in a network of its own too."""
    if len(sys.argv) == 1:
        with tempfile.TemporaryDirectory(prefix="weekcast-container-") as folder:
            sys.exit(subprocess.call(["unshare", "--mount", sys.executable, __file__, folder]))
    place = Path(sys.argv[1])
    image = Image(place)
    try:
        build(image)
        sample = ["sh", "-c", "mkdir -p /srv/sales && weekcast sample /srv/sales/sales.csv --products 60"]
        image.user, user = ["0", "0"], image.user
        image.run(sample)
        image.user = user
        leave_network()
        serve(image, place)
    finally:
        for name in ("dev", "proc", "tmp", ""):
            subprocess.run(["umount", "--lazy", image.root / name])


def leave_network() -> None:
    """Go on in a network of one's own, as `os.unshare` does from Python 3.12 on."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        sys.exit("no network namespace to be had")


if __name__ == "__main__":
    main()
