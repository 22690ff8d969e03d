"""The Dockerfile and compose.yaml name what exists, run as a user of their own, and hold no password."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deployments" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deployments" / "compose.yaml").read_text())


def test_the_image_copies_what_exists_and_what_the_build_is_given() -> None:
    ignored = (ROOT / "deployments" / "Dockerfile.dockerignore").read_text()
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.M):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}\n" in ignored, source


def test_the_commands_of_the_image_run_as_a_user_without_rights() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.M) == ["weekcast"]
    assert not [line for line in DOCKERFILE.partition("\nUSER ")[2].splitlines() if line.startswith(("RUN", "COPY"))]


def test_every_password_comes_from_the_environment() -> None:
    secrets = []
    for service in COMPOSE["services"].values():
        secrets += [value for name, value in service["environment"].items() if "PASSWORD" in name or "AUTH" in name]
    assert len(secrets) == 5
    for secret in secrets:
        assert re.fullmatch(r"(weekcast:)?\$\{\w+(:\?[^}]+)?\}", secret), secret


def test_what_stays_has_a_health_check_and_the_store_a_volume() -> None:
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if "healthcheck" in service} == {"database", "server", "worker"}
    store = services["deploy"]["environment"]["WEEKCAST_STORE"]
    assert f"store:{store}" in services["worker"]["volumes"]
    assert services["worker"]["environment"]["WEEKCAST_ALLOWED_STORES"] == store
