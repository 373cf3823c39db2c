"""Who a play is to the kernel: its user, its capabilities, and that it can gain neither."""

import os
import struct
from typing import Final

from . import _syscall

_CAPABILITY_VERSION_3: Final = 0x20080522
_CHOWN, _DAC_OVERRIDE, _FOWNER, _KILL, _SETGID, _SETUID = 0, 1, 3, 5, 6, 7


def lacks_for_another_user() -> str:
    """Why plays cannot have a uid of their own ("" when they can): it takes root with the usual capabilities."""
    if os.geteuid() != 0:
        return "not root"
    with open("/proc/self/status", encoding="ascii") as status:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    effective = int(fields["CapEff"], 16)
    wanted = (_CHOWN, _DAC_OVERRIDE, _FOWNER, _KILL, _SETGID, _SETUID)
    return "" if all(effective >> bit & 1 for bit in wanted) else "root without the capabilities to change user"


def become(uid: int) -> None:
    """Changes to a user of no other group, for good. The current folder becomes its own.

    The folder's group stays the executor's, with all rights, so that files can still be staged in it. The kernel clears
    PR_SET_PDEATHSIG on the way: set it again.
    """
    os.chown(".", uid, -1)
    os.chmod(".", 0o770)
    leave_for(uid)


def leave_for(uid: int) -> None:
    """Changes to that user and its group alone."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def renounce() -> None:
    """Drops every capability, makes that final, and hides the process from debuggers of the same user."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _syscall.call("capset", header, bytes(24))
    _syscall.prctl(_syscall.PR_SET_NO_NEW_PRIVS, 1)
    _syscall.prctl(_syscall.PR_SET_DUMPABLE, 0)
