"""Finds out what this machine gives by really trying each layer, each in a child that is thrown away.

A kernel may have a feature and a container runtime may still refuse it, so versions and configuration prove nothing.
"""

import os
import resource
import select
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from . import _identity, _landlock, _namespaces, _outside, _policy, _rlimits, _seccomp, _syscall
from .child import SPAN_SOCKET_FD, Ground, Layers, Spare, lock_down

_SHUT_FILE: Final = "/proc/self/status"
#: The only descriptor that survives the lock-down.
_ANSWER_FD: Final = SPAN_SOCKET_FD
#: Users of plays are numbered from here; the probe takes the first.
FIRST_UID: Final = 250_000


@dataclass(frozen=True, kw_only=True)
class Finding:
    tier: str
    layers: Layers
    #: One line for each layer that is absent: "name: reason".
    missing: list[str]


TIERS: Final = ("A+", "A", "B", "C", "D")


def probe(folder: str, *, most: str = "A+") -> Finding:
    """Tries everything with work folders beneath ``folder``, about 40 ms. Gives the best tier up to ``most``.

    A+: namespaces and a user for each play. A: namespaces. B: the box alone. C: without Landlock, sealed. D: whatever
    there is.
    """
    missing: list[str] = []
    at_most = TIERS.index(most)

    def works(name: str, attempt: Callable[[], None]) -> bool:
        reason = _try_in_child(attempt)
        if reason:
            missing.append(f"{name}: {reason}")
        return not reason

    if not _syscall.SUPPORTED:
        return Finding(tier="D", layers=Layers(), missing=["sandbox: needs Linux on x86_64 or aarch64"])
    if most == "D":
        return Finding(tier="D", layers=Layers(), missing=["sandbox: switched off"])
    with tempfile.TemporaryDirectory(prefix="probe-", dir=folder) as work:
        os.chmod(work, 0o711)
        has_landlock = at_most <= TIERS.index("B") and works("landlock", lambda: _try_landlock(work))
        capabilities = works("capabilities", _identity.renounce)
        seccomp = works("seccomp", _try_seccomp)
        layers = Layers(
            landlock_abi=_landlock.abi() if has_landlock else 0,
            seccomp=seccomp,
            rlimits=works("rlimits", _try_rlimits),
            capabilities=capabilities,
            uid=works("uid", lambda: _try_uid(work)),
            outside=seccomp and works("outside", _try_outside),
        )
        has_box = layers.seccomp and layers.rlimits and layers.capabilities
        if not has_box:
            return Finding(tier="D", layers=layers, missing=missing)
        if not layers.landlock_abi:
            sealed = replace(layers, sealed=True)
            works_sealed = works("sealed", lambda: _try_together(work, "sealed", sealed))
            return Finding(tier="C" if works_sealed else "D", layers=sealed if works_sealed else layers, missing=missing)
        if at_most <= TIERS.index("A"):
            apart = replace(layers, namespaces=True)
            if works("namespaces", lambda: _try_together(work, "apart", apart)):
                return Finding(tier="A+" if layers.uid and most == "A+" else "A", layers=apart, missing=missing)
        together = works("together", lambda: _try_together(work, "together", layers))
    return Finding(tier="B" if together else "D", layers=layers, missing=missing)


def worlds_folders(folder: str, sockets: str, packages: str) -> dict[str, list[str]]:
    """What of the host a zygote in namespaces sees, and so its plays."""
    seen = [*_policy.readable_paths("any", packages), "/dev/null", sockets]
    return {"readable": [path for path in seen if path], "writable": [folder]}


def _try_in_child(attempt: Callable[[], None]) -> str:
    """Runs it in a fork; why it failed, or ""."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writer, _ANSWER_FD)
        try:
            attempt()
            reason = ""
        except BaseException as error:
            reason = str(error) or type(error).__name__
        os.write(_ANSWER_FD, reason.encode()[:500])
        os._exit(1 if reason else 0)
    os.close(writer)
    with open(reader, encoding="utf-8") as answer:
        reason = answer.read()
    _, status = os.waitpid(pid, 0)
    return reason or ("" if status == 0 else f"the attempt ended with status {status}")


def _expect(condition: bool, reason: str) -> None:
    if not condition:
        raise RuntimeError(reason)


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _try_landlock(work: str) -> None:
    abi = _landlock.abi()
    _expect(abi > 0, "the kernel has no Landlock, or it is switched off")
    _syscall.prctl(_syscall.PR_SET_NO_NEW_PRIVS, 1)
    rule = _landlock.open_rule(work, _landlock.READ_WRITE)
    _landlock.restrict(_landlock.pack([rule] if rule else [], abi_version=abi), abi_version=abi)
    _expect(_is_refused(lambda: open(_SHUT_FILE)), "a file outside the rules could be opened")
    with open(os.path.join(work, "landlock"), "w") as file:
        file.write("x")


def _try_seccomp() -> None:
    _syscall.prctl(_syscall.PR_SET_NO_NEW_PRIVS, 1)
    _seccomp.install(_seccomp.program(pid=os.getpid(), network="none", truncate_guard=True))
    _expect(_is_refused(lambda: socket.socket(socket.AF_INET)), "a socket could be opened")
    _expect(_is_refused(lambda: os.kill(os.getppid(), 0)), "another process could be signalled")
    _expect(_is_refused(lambda: os.execv("/nonexistent", ["x"])), "exec was not refused")
    os.kill(os.getpid(), 0)
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def _try_rlimits() -> None:
    _rlimits.apply(_rlimits.planned(_rlimits.Limits(cpu_s=7, memory_mb=64)))
    _expect(resource.getrlimit(resource.RLIMIT_CPU)[0] == 7, "the CPU limit did not hold")
    try:
        bytearray(1 << 30)
    except MemoryError:
        return
    raise RuntimeError("more memory than the limit could be had")


def _try_uid(work: str) -> None:
    """A play of another user must still reach its folder (also by its full path), the interpreter and the SDK."""
    lacking = _identity.lacks_for_another_user()
    _expect(not lacking, lacking)
    folder = os.path.join(work, "uid")
    os.mkdir(folder, 0o700)
    os.chdir(folder)
    _identity.become(FIRST_UID)
    with open("own", "w") as file:
        file.write("x")
    _expect_readable(os.path.join(folder, "own"), f"the folders below {os.path.dirname(work)}")
    _expect_readable(os.path.join(_policy.sdk_folder(), "__init__.py"), f"the SDK at {_policy.sdk_folder()}")
    _expect_readable(os.__file__, f"the standard library at {os.path.dirname(os.__file__)}")


def _expect_readable(path: str, what: str) -> None:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError:
        raise RuntimeError(f"another user cannot reach {what}") from None


def _try_outside() -> None:
    """A socket that the filter asks for arrives, and is the one that was made for it."""
    ours, theirs = socket.socketpair()
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.dup2(theirs.fileno(), _outside.HAND_OVER_FD)
            _syscall.prctl(_syscall.PR_SET_NO_NEW_PRIVS, 1)
            program = _seccomp.program(pid=os.getpid(), network="hosts")
            _outside.hand_over(_seccomp.install(program, listens=True))
            with socket.socket() as made:
                made.connect(("192.0.2.1", 9))
                made.sendall(b"x")
            code = 0
        finally:
            os._exit(code)
    theirs.close()
    listener = _outside.take_over(ours)
    if listener is not None and select.select([listener], [], [], 2)[0]:
        _outside.serve(listener, _outside.Proxy(port=server.getsockname()[1], token="probe"))
    _expect(os.waitpid(pid, 0)[1] == 0, "a filter cannot ask for a socket")


def _try_together(work: str, name: str, layers: Layers) -> None:
    """The real lock-down, then what every play needs."""
    folder = os.path.join(work, name)
    os.mkdir(folder, 0o700)
    world = _namespaces.enter(**worlds_folders(work, "", "")) if layers.namespaces else None
    os.chdir(folder)
    spare = Spare(
        id="probe", folder=folder, uid=FIRST_UID if layers.uid else None, network="none", limits=_rlimits.Limits()
    )
    rules = _landlock.pack(_policy.open_rules(spare.network), abi_version=layers.landlock_abi)
    ground = Ground(layers=layers, rules=rules, zygote_pid=os.getppid(), world=world)
    lock_down(spare, ground, keep=_ANSWER_FD)
    with open("own", "w") as file:
        file.write("x")
    if layers.sealed:
        _seccomp.install(_seccomp.seal())
        _expect(_is_refused(lambda: open("own")), "a file could be opened")
        return
    _expect(_is_shut(_SHUT_FILE), "a file outside the rules could be opened")
    import xml.sax.saxutils  # noqa: F401  a module that nobody has loaded yet


def _is_shut(path: str) -> bool:
    """Refused, or not there at all."""
    try:
        with open(path):
            return False
    except OSError:
        return True
