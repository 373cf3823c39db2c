"""Raw system calls by name, for what the standard library does not offer.

``ctypes.PyDLL`` keeps the interpreter lock during the call, so it is safe right after a fork.
"""

import ctypes
import errno
import os
import platform
from typing import Final

from . import _aarch64, _x86_64

_TABLES: Final = {"x86_64": _x86_64, "aarch64": _aarch64, "arm64": _aarch64}
_table = _TABLES.get(platform.machine())

#: Whether this machine is Linux on an architecture whose table is known. Without it no layer can be built.
SUPPORTED: Final = platform.system() == "Linux" and _table is not None and ctypes.sizeof(ctypes.c_void_p) == 8
NUMBERS: Final[dict[str, int]] = _table.NUMBERS if _table is not None else {}
AUDIT_ARCH: Final[int] = _table.AUDIT_ARCH if _table is not None else 0

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38

_libc_syscall = ctypes.PyDLL(None, use_errno=True).syscall
_libc_syscall.restype = ctypes.c_long


def call(name: str, *args: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
    """Makes the system call; raises OSError with its errno (ENOSYS where the architecture lacks it)."""
    number = NUMBERS.get(name)
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
    converted = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = int(_libc_syscall(ctypes.c_long(number), *converted))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)
    return result


def prctl(option: int, value: int = 0) -> int:
    return call("prctl", option, value, 0, 0, 0)


def close_range(first: int, last: int = 0xFFFFFFFF) -> None:
    """Closes every file descriptor from ``first`` to ``last``."""
    try:
        call("close_range", first, last, 0)
    except OSError:
        os.closerange(first, min(last, 65535) + 1)
