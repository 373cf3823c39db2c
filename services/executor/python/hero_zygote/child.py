"""One play: a child of the zygote that locks itself down, waits for its job, runs it and leaves.

The order matters. What needs rights or open files comes first; each layer must still allow the next ones:
death signal, folder, socket, output, user, death signal again (the change of user clears it), capabilities, limits,
Landlock, closing every descriptor but 0-3, seccomp. Only then does it say hello, and after that learns its play.
"""

import gc
import json
import os
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import hero_tracing.run

from . import _identity, _landlock, _policy, _preload, _rlimits, _seccomp, _syscall

SPAN_SOCKET_FD: Final = 3
OUTPUT_FILE: Final = ".output"
#: Exit codes of a child that never became a play (BSD's EX_SOFTWARE) or was given a job it cannot read (EX_PROTOCOL).
EXIT_NOT_READY: Final = 70
EXIT_BAD_JOB: Final = 76
_THREADS_OF_OWN_USER: Final = 256


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Which layers this machine gives (found by ``_probe``)."""

    landlock_abi: int
    seccomp: bool
    rlimits: bool
    capabilities: bool
    uid: bool


@dataclass(frozen=True, kw_only=True)
class Spare:
    """One child to be: the ``fork`` operation of docs/wire.md section 7."""

    id: str
    folder: str
    uid: int | None
    network: _seccomp.Network
    limits: _rlimits.Limits


def run(spare: Spare, *, socket_path: str, layers: Layers, rules: list[tuple[int, int]], zygote_pid: int) -> NoReturn:
    """The whole life of the child; call it right after the fork. Never returns and never raises."""
    code = EXIT_NOT_READY
    try:
        _reset_signals()
        _die_with(zygote_pid)
        os.chdir(spare.folder)
        connection = _connect(socket_path)
        _redirect_output()
        lock_down(spare, layers=layers, rules=rules, keep=connection.detach(), zygote_pid=zygote_pid)
        connection = socket.socket(fileno=SPAN_SOCKET_FD)
        _policy.forget_zygote()
        _preload.warm_up()
        _rehearse()
        connection.sendall(json.dumps({"event": "hello", "seq": 0, "spare": spare.id}).encode() + b"\n")
        line = _read_line(connection)
        connection.detach()
        code = 0 if line is None else _run_job(line)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        _flush()
        os._exit(code)


def lock_down(spare: Spare, *, layers: Layers, rules: list[tuple[int, int]], keep: int, zygote_pid: int) -> None:
    """Gives up, for good, everything that a play must not do. The descriptor ``keep`` becomes number 3."""
    own_folder = _landlock.open_rule(".", _landlock.READ_WRITE)
    limits = spare.limits
    if spare.uid is not None and layers.uid:
        _identity.become(spare.uid)
        _die_with(zygote_pid)
        limits = _rlimits.Limits(**{**vars(limits), "processes": _THREADS_OF_OWN_USER})
    if layers.capabilities:
        _identity.renounce()
    if layers.rlimits:
        _rlimits.apply(limits)
    if layers.landlock_abi and own_folder is not None:
        any_port = spare.network == "any"
        _landlock.restrict([*rules, own_folder], allow_tcp_connect=any_port, abi_version=layers.landlock_abi)
    if keep != SPAN_SOCKET_FD:
        os.dup2(keep, SPAN_SOCKET_FD, inheritable=False)
    _syscall.close_from(SPAN_SOCKET_FD + 1)
    if layers.seccomp:
        guard = layers.landlock_abi < 3
        _seccomp.install(_seccomp.program(pid=os.getpid(), network=spare.network, truncate_guard=guard))


def _die_with(zygote_pid: int) -> None:
    _syscall.prctl(_syscall.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote_pid:
        os._exit(0)


def _reset_signals() -> None:
    """The zygote ignores what a terminal or a service manager sends to the group; a play obeys it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    return connection


def _redirect_output() -> None:
    fd = os.open(OUTPUT_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)


def _read_line(connection: socket.socket) -> bytes | None:
    """The next line, without a byte of what follows it; None at the end of the stream."""
    parts: list[bytes] = []
    while True:
        ahead = connection.recv(1 << 16, socket.MSG_PEEK)
        if not ahead:
            return None
        end = ahead.find(b"\n")
        parts.append(connection.recv(len(ahead) if end < 0 else end + 1))
        if end >= 0:
            return b"".join(parts)


def _run_job(line: bytes) -> int:
    try:
        _accept(line)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"the job line cannot be read: {error!r}", file=sys.__stderr__)
        return EXIT_BAD_JOB
    gc.enable()
    return hero_tracing.run.run_play(os.environ)


def _accept(line: bytes) -> None:
    job: dict[str, Any] = json.loads(line)["job"]
    environment = {str(name): str(value) for name, value in job["env"].items()}
    limits: dict[str, int] = job.get("limits") or {}
    _rlimits.lower(cpu_s=limits.get("cpu_s"), memory_mb=limits.get("memory_mb"))
    os.environ.clear()
    os.environ.update(environment)


_REHEARSAL: Final = json.dumps({"job": {"env": {f"HERO_REHEARSAL_{n}": "x" * 40 for n in range(16)}, "limits": {}}})


def _rehearse() -> None:
    """Accepts a job that changes nothing: the pages it touches are the child's own by then. Saves half a millisecond of the real one."""
    _accept(_REHEARSAL.encode())
    os.environ.clear()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except BaseException:  # a play may leave anything here; its exit code must survive
            pass
