"""Resource limits of a play. They bound one process, which is enough where it cannot fork."""

import math
import resource
from dataclasses import dataclass
from typing import Final

_MIB: Final = 1 << 20
#: Address space over the private memory: mapped libraries, allocator arenas and guard pages, untouched stacks.
_ADDRESS_SLACK: Final = 256 * _MIB
#: An interpreter with the preloaded modules needs about 25 MiB itself.
MIN_MEMORY_MB: Final = 48


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a version may use. ``threads`` are counted by user, so they need a uid of the play's own."""

    cpu_s: int = 60
    memory_mb: int = 512
    #: Of one file; of all files together where the work folder is one in memory.
    disk_mb: int = 64
    open_files: int = 256
    threads: int = 256


def apply(limits: Limits, *, threads: int | None = None) -> None:
    """Sets soft and hard limits; needs no rights, as it only lowers. ``threads`` None = as many as there may be."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_MEMLOCK, 0)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_FSIZE, limits.disk_mb * _MIB)
    if threads is not None:
        _lower(resource.RLIMIT_NPROC, threads)
    _lower_memory(limits.memory_mb)
    # Above that of one play, because a process that serves several may have used half of it when the last one begins.
    _lower(resource.RLIMIT_CPU, max(limits.cpu_s, 1), max(limits.cpu_s, 1) * 3 // 2 + 1)


def lower(*, cpu_s: int, memory_mb: int) -> None:
    """Tightens the limits of a play that is about to start. Values above the present ones change nothing."""
    _lower_memory(memory_mb)
    # SIGXCPU at the soft limit says what happened; it can be ignored, SIGKILL a second later cannot.
    seconds = max(cpu_s, 1)
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)


def begin_turn(*, cpu_s: int, memory_mb: int) -> None:
    """The same for one of several plays: it may use ``cpu_s`` beside what the process has used up to now."""
    _lower_memory(memory_mb)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(usage.ru_utime + usage.ru_stime) + max(cpu_s, 1)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, _unless_infinite(hard, until)), hard))


def _lower_memory(memory_mb: int) -> None:
    memory = max(memory_mb, MIN_MEMORY_MB) * _MIB
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_AS, memory + _ADDRESS_SLACK)


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Sets the soft limit, and the hard one (the same when left out), each only if that is less than now."""
    wanted = (soft, soft if hard is None else hard)
    present = resource.getrlimit(kind)
    soft, hard = (min(_unless_infinite(now, new), new) for now, new in zip(present, wanted))
    resource.setrlimit(kind, (soft, hard))


def _unless_infinite(present: int, otherwise: int) -> int:
    return otherwise if present == resource.RLIM_INFINITY else present
