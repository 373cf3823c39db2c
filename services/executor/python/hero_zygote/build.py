"""Runs one command in a box: what fetches, builds and unpacks packages for plays.

``python3 -m hero_zygote.build [--kind KIND] --write FOLDER [--write FOLDER] [--uid N] -- COMMAND ...``

It may read the system, the interpreter and its own folders, and write to the folders given and to nothing else. It sees
no file of the executor and of no play, has no capabilities, and cannot trace, mount or signal anybody else. It ends with
whoever started it. Where this machine lacks a layer the others still hold; ``_probe`` says which.

Kinds: ``fetch`` (the default) has the network and may start programs; ``resolve`` has the network and starts no
program but the command and what lies among the libraries of the system; ``foreign`` starts programs, which may be hostile: it makes no socket, cannot leave its process group
(by which whoever started it ends it), and has limits of its own.
"""

import argparse
import os
import resource
import signal
import sys
from dataclasses import dataclass
from typing import Final, NoReturn

from . import _identity, _landlock, _policy, _seccomp, _syscall

_RUN: Final = _landlock.READ | _landlock.EXECUTE
#: Libraries too: the loader of a program is executed with it.
_LIBRARIES: Final = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
_PROGRAMS: Final = ("/usr/bin", "/bin", "/usr/local/bin")
_TOOLCHAIN: Final = ("/usr/include", "/usr/libexec", "/usr/local/include", "/usr/share", "/proc/cpuinfo", "/proc/meminfo")


@dataclass(frozen=True)
class _Kind:
    """Limits are those of one process; ``processes`` those of the user, where it has one of its own."""

    is_foreign: bool = False
    has_programs: bool = True
    cpu_s: int = 600
    file_bytes: int = 4 << 30
    memory_bytes: int = 8 << 30
    open_files: int = 4096
    processes: int | None = None


_KINDS: Final = {
    "fetch": _Kind(),
    "resolve": _Kind(has_programs=False),
    "foreign": _Kind(is_foreign=True, file_bytes=512 << 20, memory_bytes=4 << 30, open_files=1024, processes=256),
}


def main() -> NoReturn:
    parser = argparse.ArgumentParser(prog="hero_zygote.build")
    parser.add_argument("--kind", choices=list(_KINDS), default="fetch")
    parser.add_argument("--write", action="append", default=[], help="a folder that the command may write to")
    parser.add_argument("--read", action="append", default=[], help="a folder that it may read")
    parser.add_argument("--uid", type=int, help="the user that it becomes")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    program = os.open(options.command[0], os.O_RDONLY)
    if _syscall.SUPPORTED:
        _lock_down(_KINDS[options.kind], options.write, options.read, options.uid, program)
    os.set_inheritable(program, True)
    os.execve(program, options.command, os.environ)


def _lock_down(kind: _Kind, write: list[str], read: list[str], uid: int | None, program: int) -> None:
    rules = _rules(kind, write, read)
    rules.append((program, _landlock.READ_FILE | _landlock.EXECUTE))
    has_own_user = uid is not None and not _identity.lacks_for_another_user() and _reaches(uid, [*write, *read, sys.executable])
    _limit(kind, has_own_user)
    if uid is not None and not _identity.lacks_for_another_user():
        for folder in write:
            os.chown(folder, uid if has_own_user else 0, -1)
        if has_own_user:
            _identity.leave_for(uid)
    _identity.renounce()
    _syscall.prctl(_syscall.PR_SET_PDEATHSIG, signal.SIGKILL)
    abi = _landlock.abi()
    if abi:
        packed = _landlock.pack(rules, abi_version=abi)
        _landlock.restrict(packed, allow_tcp_connect=not kind.is_foreign, abi_version=abi)
    try:
        _seccomp.install(_seccomp.foreign_program() if kind.is_foreign else _seccomp.build_program())
    except OSError:
        if kind.is_foreign:
            raise
        # a machine without it: the probe has said so


def _rules(kind: _Kind, write: list[str], read: list[str]) -> list[tuple[int, int]]:
    rules = _policy.open_rules("none" if kind.is_foreign else "any")
    rules += _opened([*_LIBRARIES, "/proc/self"], _RUN)
    rules += _opened(read, _landlock.READ)
    may_run = _landlock.EXECUTE if kind.has_programs else 0
    rules += _opened(write, _landlock.READ_WRITE | may_run)
    if kind.has_programs:
        rules += _opened([*_PROGRAMS, *_policy.interpreter_folders(), os.path.dirname(sys.executable)], _RUN)
    else:
        rules += _opened([*_policy.interpreter_folders(), os.path.dirname(sys.executable)], _landlock.READ)
    if kind.is_foreign:
        rules += _opened(list(_TOOLCHAIN), _RUN)
    else:
        rules += _opened(["/proc"], _RUN)
    return rules


def _limit(kind: _Kind, has_own_user: bool) -> None:
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, kind.cpu_s),
        (resource.RLIMIT_FSIZE, kind.file_bytes),
        (resource.RLIMIT_AS, kind.memory_bytes),
        (resource.RLIMIT_NOFILE, kind.open_files),
        (resource.RLIMIT_NPROC, kind.processes if has_own_user else None),
    ):
        if most is not None:
            hard = resource.getrlimit(limit)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (least, least))


def _reaches(uid: int, paths: list[str]) -> bool:
    """Whether that user may pass through the folders above all of them. Where not, the other layers have to do."""
    os.seteuid(uid)
    try:
        return all(os.access(path, os.F_OK, effective_ids=True) for path in paths)
    finally:
        os.seteuid(0)


def _opened(paths: list[str], access: int) -> list[tuple[int, int]]:
    rules = [_landlock.open_rule(path, access) for path in dict.fromkeys(paths)]
    return [rule for rule in rules if rule is not None]


if __name__ == "__main__":
    main()
