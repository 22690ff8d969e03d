"""Servers as processes of our own: a free port, waiting for the first answer, and ending them."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import closing

import httpx


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a Prefect server at that URL answers within so many seconds; not, as soon as its process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/api/health").is_success:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False


def stop(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Ask a process to end, make it end if it does not within so many seconds, and return its exit code."""
    process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
