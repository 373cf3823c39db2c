"""The environment of a process, exchanged in one piece.

One variable after the other costs a play a third of a millisecond: the C library keeps every value that was ever set in a
tree, whose nodes lie scattered over pages that a child shares with the zygote until it writes to them.
"""

import ctypes
import os
import struct
from collections.abc import Mapping
from typing import Any, Final

_POINTER: Final = struct.calcsize("P")


def _find_environ() -> Any:
    """The C library's variable; None where it has none, or Python keeps its copy of the variables in another way."""
    if not isinstance(getattr(os.environ, "_data", None), dict):
        return None
    try:
        return ctypes.c_void_p.in_dll(ctypes.PyDLL(None), "environ")
    except ValueError:
        return None


_environ: Final = _find_environ()
#: C code may hold on to what it was given, so nothing of it is ever freed (nor does the C library).
_kept: list[bytearray] = []


def forget_former() -> None:
    """Frees what ``become`` made before the last time: no C code has had a look at it."""
    del _kept[:-1]


def become(variables: Mapping[str, str]) -> None:
    """From now on the process has these variables and no others, for Python as for C. ValueError: one cannot be."""
    encoded = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
    rows = [b"%b=%b\0" % row for row in encoded.items()]
    for name, row in zip(encoded, rows, strict=True):
        if not name or b"=" in name or row.find(b"\0") != len(row) - 1:
            raise ValueError(f"no environment variable: {os.fsdecode(name)!r}")
    if _environ is None:
        os.environ.clear()
        os.environ.update(variables)
        return
    size = (len(rows) + 1) * _POINTER
    block = bytearray(size) + b"".join(rows)
    start = ctypes.addressof(ctypes.c_char.from_buffer(block))
    at = start + size
    pointers: list[int] = []
    for row in rows:
        pointers.append(at)
        at += len(row)
    struct.pack_into(f"{len(pointers)}P", block, 0, *pointers)  # and a null, which is there already
    _kept.append(block)
    _environ.value = start
    data: dict[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]  # what os.environ reads, without writing to C
    data.clear()
    data.update(encoded)
