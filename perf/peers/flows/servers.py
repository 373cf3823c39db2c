"""Servers that a program of a peer needs, on free ports of the loopback. They end with the process group that the harness started."""

import atexit
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

LONGEST_START_S = 90


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(command: Sequence[str], *, port: int, log: str, env: Mapping[str, str] | None = None) -> None:
    """Starts a server, and waits until it listens."""
    with open(log, "w") as out:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
    atexit.register(server.terminate)
    until = time.monotonic() + LONGEST_START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            with open(log) as text:
                sys.exit(f"{command[0]} ended with {server.returncode}: {text.read()[-1000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{command[0]} does not listen after {LONGEST_START_S} s")
