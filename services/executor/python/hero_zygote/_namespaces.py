"""A world of its own for the zygote and its plays: processes, mounts, IPC, names and, for most plays, the network.

The zygote enters it once (``enter``): it becomes process 1 of its plays, its root holds only what plays may read, and
nothing of the host can be seen. As root it stays root; another user becomes one of a user namespace. A play then takes
a sized folder in memory that no other play can see (``own_folder``) and an empty network (``leave_network``).
"""

import os
import signal
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from . import _policy, _syscall

_NEW_MOUNTS, _NEW_NAMES, _NEW_IPC, _NEW_USERS, _NEW_PIDS, _NEW_NETWORK = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_DETACH: Final = 2
_RELATIME: Final = 1 << 21
#: Flags of a mount that must be repeated when it is changed, as statvfs has them and as mount wants them.
_KEPT_FLAGS: Final = ((2, 2), (4, 4), (8, 8), (1024, 1024), (2048, 2048), (4096, _RELATIME))
_INODES: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class World:
    """What the zygote keeps of it: an empty network for plays that have none."""

    empty_network: int


def enter(*, readable: Iterable[str], writable: Iterable[str]) -> World:
    """Returns in a new process, which is the first of its world. The old one waits for it and ends as it ends."""
    if os.geteuid() != 0:
        _become_root_of_own_users()
    world = World(empty_network=_empty_network())
    _syscall.call("unshare", _NEW_MOUNTS | _NEW_IPC | _NEW_NAMES | _NEW_PIDS)
    pid = os.fork()
    if pid:
        _mirror(pid)
    _syscall.prctl(_syscall.PR_SET_PDEATHSIG, signal.SIGKILL)
    _small_root(list(dict.fromkeys(readable)), list(dict.fromkeys(writable)))
    return world


def own_folder(folder: str, size_mb: int) -> int:
    """Puts a folder in memory in the place of ``folder`` and of all beside it; gives a descriptor of what was there."""
    staged = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    _syscall.call("unshare", _NEW_MOUNTS)
    options = f"size={size_mb}m,nr_inodes={_INODES},mode=711"
    _mount("tmpfs", os.path.dirname(folder), "tmpfs", _NO_SUID | _NO_DEVICES | _NO_EXEC, options)
    os.mkdir(folder, 0o700)
    os.chdir(folder)
    return staged


def leave_network(world: World) -> None:
    _syscall.call("setns", world.empty_network, _NEW_NETWORK)


def _become_root_of_own_users() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _syscall.call("unshare", _NEW_USERS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _empty_network() -> int:
    """A network without any interface that is up; a child makes it, so that this process keeps its own."""
    ready, done = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _syscall.call("unshare", _NEW_NETWORK)
            os.write(ready[1], b"r")
            os.close(done[1])
            os.read(done[0], 1)
        finally:
            os._exit(0)
    os.close(ready[1])
    try:
        if os.read(ready[0], 1) != b"r":
            raise OSError("no network namespace can be made")
        return os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        for fd in (ready[0], *done):
            os.close(fd)
        os.waitpid(pid, 0)


def _mirror(pid: int) -> None:
    """Waits for the process and ends with its code. Holds nothing meanwhile."""
    os.closerange(0, 4096)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _small_root(readable: list[str], writable: list[str]) -> None:
    """Each play copies the mounts of its zygote, so there are few: links stay links, and what lies below another is in it."""
    _mount("", "/", "", _RECURSIVE | _PRIVATE)
    own = [os.path.realpath(path) for path in writable]
    real = [path for path in _policy.outermost([*readable, *own]) if path not in own] + own
    links = {path: os.path.realpath(path) for path in [*readable, *writable] if os.path.realpath(path) != path}
    held = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in real]
    root = next(path for path in ("/mnt", "/tmp", "/run", "/var") if os.path.isdir(path))
    procs = os.open("/proc/self/fd", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    _mount("tmpfs", root, "tmpfs", _NO_SUID | _NO_DEVICES, "size=1m,mode=755")
    for path, fd in held:
        _bind(procs, fd, root + path, read_only=path not in own)
    for path, target in links.items():
        _link(root + path, os.path.relpath(target, os.path.dirname(path)))
    os.chdir(root)
    _syscall.call("pivot_root", b".", b".")
    _syscall.call("umount2", b".", _DETACH)
    os.chdir("/")
    _mount("", "/", "", _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    for fd in (procs, *(fd for _, fd in held)):
        os.close(fd)


def _bind(procs: int, fd: int, target: str, *, read_only: bool) -> None:
    mode = os.fstat(fd).st_mode
    if stat.S_ISDIR(mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    # The source is named by descriptor, because the new root may lie over its path.
    os.fchdir(procs)
    _mount(str(fd), target, "", _BIND | _RECURSIVE)
    kept = sum(wanted for has, wanted in _KEPT_FLAGS if os.statvfs(target).f_flag & has)
    devices = 0 if stat.S_ISCHR(mode) else _NO_DEVICES
    _mount("", target, "", _REMOUNT | _BIND | _NO_SUID | devices | kept | (_READ_ONLY if read_only else 0))


def _link(path: str, target: str) -> None:
    """Unless it is there already, through another link."""
    if not os.path.lexists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    try:
        data: int | bytes = options.encode() if options else 0
        _syscall.call("mount", (source or "none").encode(), target.encode(), (kind or "none").encode(), flags, data)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}: mount {target}") from None
