"""Landlock: which files a process may reach. It can only ever be tightened.

Adapts to the kernel: ABI 1 (5.13) files, 2 (5.19) renames between folders, 3 (6.2) truncate, 4 (6.7) TCP ports,
5 (6.10) device ioctls, 6 (6.12) signals and abstract sockets. What an older ABI misses is closed in ``_seccomp``.
Never covered: stat, chmod, chown, times, extended attributes, inotify, UDP, pathname sockets.
"""

import array
import errno
import os
import stat
import struct
from collections.abc import Iterable
from typing import Final

from . import _syscall

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << bit for bit in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ: Final = READ_FILE | READ_DIR
#: All that a work folder needs. Without EXECUTE, sockets, FIFOs and devices on purpose.
READ_WRITE: Final = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SYM | REFER | TRUNCATE

_FILE_RIGHTS: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_FILE_BITS_OF_ABI: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NET_BIND_TCP, _NET_CONNECT_TCP = 1, 2
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2
_CREATE_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1
_RULE: Final = "=Qi"
_RULE_BYTES: Final = struct.calcsize(_RULE)


def abi() -> int:
    """The kernel's ABI version, 0 without Landlock."""
    try:
        return _syscall.call("landlock_create_ruleset", 0, 0, _CREATE_VERSION)
    except OSError:
        return 0


def open_rule(path: str, access: int) -> tuple[int, int] | None:
    """A rule (O_PATH descriptor, rights) for what lies at or beneath ``path``; None when nothing is there."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return None
    is_folder = stat.S_ISDIR(os.fstat(fd).st_mode)
    return fd, access if is_folder else access & _FILE_RIGHTS


def pack(rules: Iterable[tuple[int, int]], *, abi_version: int) -> bytes:
    """Rules as the kernel reads them, one after the other. Good for as long as their descriptors are open."""
    handled = _handled(abi_version)
    return b"".join(struct.pack(_RULE, access & handled, fd) for fd, access in rules)


def restrict(packed: bytes, *, allow_tcp_connect: bool = False, abi_version: int) -> None:
    """Denies this process everything that no rule allows. Needs no_new_privs. Leaves the rules' descriptors open."""
    ruleset = make_ruleset(packed, allow_tcp_connect=allow_tcp_connect, abi_version=abi_version)
    try:
        _syscall.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def make_ruleset(packed: bytes, *, allow_tcp_connect: bool, abi_version: int) -> int:
    """A descriptor of it; nothing is denied yet."""
    if abi_version < 1:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock")
    net = _NET_BIND_TCP if allow_tcp_connect else _NET_BIND_TCP | _NET_CONNECT_TCP
    attributes = struct.pack("=Q", _handled(abi_version))
    if abi_version >= 4:
        attributes += struct.pack("=Q", net)
    if abi_version >= 6:
        attributes += struct.pack("=Q", _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS)
    ruleset = _syscall.call("landlock_create_ruleset", attributes, len(attributes), 0)
    memory = array.array("b", packed)
    start, _ = memory.buffer_info()
    try:
        for rule in range(start, start + len(packed), _RULE_BYTES):
            _syscall.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset


def _handled(abi_version: int) -> int:
    return (1 << _FILE_BITS_OF_ABI.get(abi_version, 16)) - 1
