"""Runs one command in a box: what fetches and unpacks packages for plays.

``python3 -m hero_zygote.build --write FOLDER [--write FOLDER] [--uid N] -- COMMAND ...``

It may read the system, the interpreter and its own folders, write to the folders given and to nothing else, open
connections, and start programs of its own. It sees no file of the executor and of no play, has no capabilities, and
cannot trace, mount or signal anybody else. It ends with whoever started it. Where this machine lacks a layer the others
still hold; ``_probe`` says which.
"""

import argparse
import os
import resource
import signal
import sys
from typing import Final, NoReturn

from . import _identity, _landlock, _policy, _seccomp, _syscall

_CPU_SECONDS: Final = 600
_FILE_BYTES: Final = 4 << 30
_MEMORY_BYTES: Final = 8 << 30
_OPEN_FILES: Final = 4096
#: Libraries too: the loader of a program is executed with it.
_PROGRAMS: Final = ("/usr/bin", "/bin", "/usr/local/bin", "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/proc")
_RUN: Final = _landlock.READ | _landlock.EXECUTE


def main() -> NoReturn:
    parser = argparse.ArgumentParser(prog="hero_zygote.build")
    parser.add_argument("--write", action="append", default=[], help="a folder that the command may write to")
    parser.add_argument("--read", action="append", default=[], help="a folder that it may read")
    parser.add_argument("--uid", type=int, help="the user that it becomes")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    program = os.open(options.command[0], os.O_RDONLY)
    if _syscall.SUPPORTED:
        _lock_down(options.write, options.read, options.uid, program)
    os.set_inheritable(program, True)
    os.execve(program, options.command, os.environ)


def _lock_down(write: list[str], read: list[str], uid: int | None, program: int) -> None:
    rules = _policy.open_rules("any")
    rules += _opened([*_PROGRAMS, *_policy.interpreter_folders(), os.path.dirname(sys.executable)], _RUN)
    rules += _opened(read, _landlock.READ)
    rules += _opened(write, _landlock.READ_WRITE | _landlock.EXECUTE)
    rules.append((program, _landlock.READ_FILE | _landlock.EXECUTE))
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
    if uid is not None and not _identity.lacks_for_another_user():
        is_other = _reaches(uid, [*write, *read, sys.executable])
        for folder in write:
            os.chown(folder, uid if is_other else 0, -1)
        if is_other:
            _identity.leave_for(uid)
    _identity.renounce()
    _syscall.prctl(_syscall.PR_SET_PDEATHSIG, signal.SIGKILL)
    abi = _landlock.abi()
    if abi:
        packed = _landlock.pack(rules, abi_version=abi)
        _landlock.restrict(packed, allow_tcp_connect=True, abi_version=abi)
    try:
        _seccomp.install(_seccomp.build_program())
    except OSError:
        pass  # a machine without it: the probe has said so


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
