"""The job: the line that tells a child which play it is."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Any, Final

from . import _environment, _rlimits

#: BSD's EX_PROTOCOL: the child was given a job that it cannot read.
EXIT_BAD_JOB: Final = 76
FLOW_FILE: Final = "flow.py"
#: A job is near: what it will need had better be at hand.
NEAR: Final = b'{"near":{}}\n'
#: As the executor writes it for most plays.
_NOTHING_STAGED: Final = b'{"go":{}}\n'


@dataclass(frozen=True, kw_only=True)
class Job:
    environment: dict[str, str]
    cpu_s: int
    memory_mb: int
    #: What ``flow.py`` holds; None = it was staged as other files are.
    source: str | None
    #: More plays may follow in this process (isolation ``version``).
    serves: bool
    #: Files may still be on their way when it comes: the line ``go`` says that they are there.
    goes_later: bool


def read_line(connection: socket.socket, at_once: int = 1 << 14) -> bytes | None:
    """The next line, without a byte of what follows it; None at the end of the stream."""
    parts: list[bytes] = []
    while True:
        ahead = connection.recv(at_once, socket.MSG_PEEK)
        if not ahead:
            return None
        end = ahead.find(b"\n")
        parts.append(connection.recv(len(ahead) if end < 0 else end + 1))
        if end >= 0:
            return b"".join(parts)


def read(line: bytes, own: _rlimits.Limits) -> Job:
    """Raises ValueError, KeyError, TypeError or AttributeError when it is none. ``own`` is what the child was forked with."""
    job: dict[str, Any] = json.loads(line)["job"]
    limits: dict[str, int | None] = job.get("limits") or {}
    source: str | None = job.get("source")
    if source is not None and not isinstance(source, str):
        raise TypeError("source is no text")
    return Job(
        environment={str(name): str(value) for name, value in job["env"].items()},
        cpu_s=min(limits.get("cpu_s") or own.cpu_s, own.cpu_s),
        memory_mb=min(limits.get("memory_mb") or own.memory_mb, own.memory_mb),
        source=source,
        serves=bool(job.get("serve")),
        goes_later=bool(job.get("go_later")),
    )


def await_go(connection: socket.socket) -> tuple[bool, dict[str, str]]:
    """Waits until the executor has staged what there is to stage: whether there are files, and variables that name them.

    EOFError: it has gone away instead.
    """
    line = read_line(connection, 256)
    if line is None:
        raise EOFError("the executor has gone before the play could begin")
    if line == _NOTHING_STAGED:
        return False, {}
    go: dict[str, Any] = json.loads(line)["go"]
    return bool(go.get("files")), {str(name): str(value) for name, value in (go.get("env") or {}).items()}


def accept(job: Job) -> None:
    """The process becomes that play: its limits, its environment, its source in the current folder."""
    if job.serves:
        _rlimits.begin_turn(cpu_s=job.cpu_s, memory_mb=job.memory_mb)
    else:
        _rlimits.lower(cpu_s=job.cpu_s, memory_mb=job.memory_mb)
    _environment.become(job.environment)
    if job.source is not None:
        _write(job.source)


def _write(source: str) -> None:
    content = source.encode("utf-8", "surrogatepass")
    fd = os.open(FLOW_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        while content:
            content = content[os.write(fd, content) :]
    finally:
        os.close(fd)
