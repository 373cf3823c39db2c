"""Finds out what this machine gives by really trying each layer, each in a child that is thrown away.

A kernel may have a feature and a container runtime may still refuse it, so versions and configuration prove nothing.
"""

import os
import resource
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import _identity, _landlock, _policy, _rlimits, _seccomp, _syscall
from .child import SPAN_SOCKET_FD, Layers, Spare, lock_down

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


def probe(folder: str) -> Finding:
    """Tries everything with work folders beneath ``folder``, about 30 ms. Tier B needs all but the change of user."""
    missing: list[str] = []

    def works(name: str, attempt: Callable[[], None]) -> bool:
        reason = _try_in_child(attempt)
        if reason:
            missing.append(f"{name}: {reason}")
        return not reason

    if not _syscall.SUPPORTED:
        nothing = Layers(landlock_abi=0, seccomp=False, rlimits=False, capabilities=False, uid=False)
        return Finding(tier="D", layers=nothing, missing=["sandbox: needs Linux on x86_64 or aarch64"])
    with tempfile.TemporaryDirectory(prefix="probe-", dir=folder) as work:
        os.chmod(work, 0o711)
        abi = _landlock.abi() if works("landlock", lambda: _try_landlock(work)) else 0
        capabilities = works("capabilities", _identity.renounce)
        layers = Layers(
            landlock_abi=abi,
            seccomp=works("seccomp", _try_seccomp),
            rlimits=works("rlimits", _try_rlimits),
            capabilities=capabilities,
            uid=works("uid", lambda: _try_uid(work)),
        )
        boxed = bool(layers.landlock_abi and layers.seccomp and layers.rlimits and layers.capabilities)
        together = boxed and works("together", lambda: _try_together(work, layers))
    return Finding(tier="B" if together else "D", layers=layers, missing=missing)


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
    _landlock.restrict([rule] if rule else [], abi_version=abi)
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
    _rlimits.apply(_rlimits.Limits(cpu_s=7, memory_mb=64))
    _expect(resource.getrlimit(resource.RLIMIT_CPU) == (7, 8), "the CPU limit did not hold")
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


def _try_together(work: str, layers: Layers) -> None:
    """The real lock-down, then what every play needs."""
    folder = os.path.join(work, "together")
    os.mkdir(folder, 0o700)
    os.chdir(folder)
    spare = Spare(
        id="probe", folder=folder, uid=FIRST_UID if layers.uid else None, network="none", limits=_rlimits.Limits()
    )
    rules = _policy.open_rules(spare.network)
    lock_down(spare, layers=layers, rules=rules, keep=_ANSWER_FD, zygote_pid=os.getppid())
    with open("own", "w") as file:
        file.write("x")
    _expect(_is_refused(lambda: open(_SHUT_FILE)), "a file outside the rules could be opened")
    import xml.sax.saxutils  # noqa: F401  a module that nobody has loaded yet
