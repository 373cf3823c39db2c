"""One play: a child of the zygote that locks itself down, waits for its job, runs it and leaves.

The order matters. What needs rights or open files comes first; each layer must still allow the next ones:
death signal, folder, socket, output, folder in memory, empty network, user, death signal again (the change of user
clears it), capabilities, Landlock, closing every descriptor that it does not need, limits, seccomp. Only then does it
say hello, and after that learns its play.
"""

import fcntl
import gc
import json
import os
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from typing import Final, NoReturn

import hero_tracing.run

from . import (
    _identity,
    _job,
    _landlock,
    _namespaces,
    _outside,
    _policy,
    _rehearsal,
    _rlimits,
    _seccomp,
    _serve,
    _staged,
    _syscall,
)

SPAN_SOCKET_FD: Final = 3
OUTPUT_FILE: Final = ".output"
#: Exit code of a child that never became a play (BSD's EX_SOFTWARE).
EXIT_NOT_READY: Final = 70


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Which layers are used: those that this machine gives (found by ``_probe``), up to the tier that is wanted."""

    landlock_abi: int = 0
    seccomp: bool = False
    rlimits: bool = False
    capabilities: bool = False
    uid: bool = False
    namespaces: bool = False
    #: The way out of plays whose network is ``hosts``.
    outside: bool = False
    #: Tier C: without Landlock no file can be opened once the play has begun.
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class Spare:
    """One child to be: the ``fork`` operation of docs/wire.md section 7."""

    id: str
    folder: str
    uid: int | None
    network: _seccomp.Network
    limits: _rlimits.Limits
    #: A play waits for it, so it does not warm up first.
    is_awaited: bool = False
    #: Put on the path when the play begins: nothing of them ever runs in the zygote.
    packages: str = ""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the zygote has made ready for its children."""

    layers: Layers
    #: Of Landlock, as the kernel reads them.
    rules: bytes
    zygote_pid: int
    world: _namespaces.World | None = None
    #: The child's end of the way to the zygote, for network ``hosts``.
    way: int | None = None


def run(spare: Spare, ground: Ground, *, socket_path: str) -> NoReturn:
    """The whole life of the child; call it right after the fork. Never returns and never raises."""
    code = EXIT_NOT_READY
    try:
        _reset_signals()
        _die_with(ground.zygote_pid)
        os.chdir(spare.folder)
        connection = _connect(socket_path)
        _redirect_output()
        staged = lock_down(spare, ground, keep=connection.detach())
        connection = socket.socket(fileno=SPAN_SOCKET_FD)
        _policy.forget_zygote(spare.packages)
        if not spare.is_awaited:
            _rehearsal.in_child(spare.limits, steps=2)
        connection.sendall(json.dumps({"event": "hello", "seq": 0, "spare": spare.id}).encode() + b"\n")
        while (line := _job.read_line(connection)) == _job.NEAR:
            _rehearsal.in_child(spare.limits, steps=0)
        code = 0 if line is None else _run_job(line, connection, spare, ground.layers, staged)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        _flush()
        os._exit(code)


def lock_down(spare: Spare, ground: Ground, *, keep: int) -> int | None:
    """Gives up, for good, everything that a play must not do. The descriptor ``keep`` becomes number 3.

    Gives the descriptor of the folder in which files are staged, where that is not the work folder.
    """
    layers, abi = ground.layers, ground.layers.landlock_abi
    own: list[tuple[int, int]] = []
    staged = None
    if layers.namespaces and ground.world is not None:
        staged = _namespaces.own_folder(spare.folder, spare.limits.disk_mb)
        own.append((staged, _landlock.READ))
        if spare.network != "any":
            _namespaces.leave_network(ground.world)
    own_folder = _landlock.open_rule(".", _landlock.READ_WRITE)
    if spare.uid is not None and layers.uid:
        if staged is not None:
            os.fchown(staged, spare.uid, -1)
        _identity.become(spare.uid)
        _die_with(ground.zygote_pid)
    if layers.capabilities:
        _identity.renounce()
    if abi and own_folder is not None:
        rules = ground.rules + _landlock.pack([*own, own_folder], abi_version=abi)
        _landlock.restrict(rules, allow_tcp_connect=spare.network == "any", abi_version=abi)
    number = _keep_only(keep, ground.way, staged)
    if layers.rlimits:
        _rlimits.apply(_limits_of(spare, layers))
    if layers.seccomp:
        program = filter_of(layers, spare.network, pid=os.getpid())
        listener = _seccomp.install(program, listens=spare.network == "hosts")
        if spare.network == "hosts":
            _outside.hand_over(listener)
    return number


def prepare(spare: Spare, ground: Ground) -> None:
    """In the zygote, before the fork: what is worked out here the child finds ready."""
    filter_of(ground.layers, spare.network, pid=0)
    _limits_of(spare, ground.layers)


def practise(ground: Ground) -> None:
    """In the zygote: goes through what children do first of all as far as it changes nothing. They have fewer pages to copy then."""
    abi = ground.layers.landlock_abi
    filter_of(ground.layers, "none", pid=ground.zygote_pid)
    if abi:
        os.close(_landlock.make_ruleset(ground.rules, allow_tcp_connect=False, abi_version=abi))


def _limits_of(spare: Spare, layers: Layers) -> tuple[_rlimits.Lowered, ...]:
    has_own_user = spare.uid is not None and layers.uid
    return _rlimits.planned(spare.limits, threads=spare.limits.threads if has_own_user else None)


def filter_of(layers: Layers, network: _seccomp.Network, *, pid: int) -> bytes:
    guard = layers.landlock_abi < 3 and not layers.sealed
    return _seccomp.program(pid=pid, network=network, truncate_guard=guard, will_seal=layers.sealed)


def _keep_only(connection: int, way: int | None, staged: int | None) -> int | None:
    """Moves the descriptors that stay to 3, 4 and 5 and closes all others. Gives the number of ``staged``."""
    wanted = ((connection, SPAN_SOCKET_FD), (way, _outside.HAND_OVER_FD), (staged, _staged.FD))
    high = [(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64), number) for fd, number in wanted if fd is not None]
    _syscall.close_range(SPAN_SOCKET_FD, 63)
    for fd, number in high:
        os.dup2(fd, number, inheritable=False)
    _syscall.close_range(_staged.FD + 1)
    return None if staged is None else _staged.FD


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


def _run_job(line: bytes, connection: socket.socket, spare: Spare, layers: Layers, staged: int | None) -> int:
    try:
        job = _job.read(line, spare.limits)
        _job.accept(job)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"the job line cannot be read: {error!r}", file=sys.__stderr__)
        return _job.EXIT_BAD_JOB
    if job.serves and not layers.sealed:
        return _serve.serve(job, connection, own=spare.limits, staged=staged, output=OUTPUT_FILE)

    def begin() -> dict[str, str]:
        has_files, variables = _job.await_go(connection) if job.goes_later else (True, {})
        connection.detach()  # from now on it is the SDK's alone
        if staged is not None:
            if has_files:
                _staged.bring(staged, OUTPUT_FILE)
            os.close(staged)
        if layers.sealed:
            _staged.hold_in_memory(OUTPUT_FILE)
            _seccomp.install(_seccomp.seal())
        if variables:
            os.environ.update(variables)
        gc.enable()
        return variables

    return hero_tracing.run.run_play(job.environment, job.source, begin)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except BaseException:  # a play may leave anything here; its exit code must survive
            pass
