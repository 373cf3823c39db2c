"""Resource limits of a play. They bound one process, which is enough where it cannot fork."""

import math
import resource
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

Lowered = tuple[int, tuple[int, int]]
_MIB: Final = 1 << 20
#: Address space over the private memory: mapped libraries, allocator arenas and guard pages, untouched stacks.
_ADDRESS_SLACK: Final = 256 * _MIB
#: Timers of the kernel and queued signals. They count by user, and so do those of the executor where plays share it.
_PENDING_SIGNALS: Final = 256
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


@lru_cache
def planned(limits: Limits, *, threads: int | None = None) -> tuple[Lowered, ...]:
    """Soft and hard limits as ``apply`` sets them, for this process and those that it forks: the zygote works it out once.

    They only lower. ``threads`` None = as many as there may be.
    """
    seconds = max(limits.cpu_s, 1)
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: _PENDING_SIGNALS,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.disk_mb * _MIB,
        **({} if threads is None else {resource.RLIMIT_NPROC: threads}),
        **_memory(limits.memory_mb),
    }
    lowered = [(kind, _lowered(kind, most, most)) for kind, most in wanted.items()]
    # Above that of one play, because a process that serves several may have used half of it when the last one begins.
    lowered.append((resource.RLIMIT_CPU, _lowered(resource.RLIMIT_CPU, seconds, seconds * 3 // 2 + 1)))
    return tuple(lowered)


def apply(plan: tuple[Lowered, ...]) -> None:
    """Needs no rights."""
    for kind, limits in plan:
        resource.setrlimit(kind, limits)


def lower(*, cpu_s: int, memory_mb: int) -> None:
    """Tightens the limits of a play that is about to start. Values above the present ones change nothing."""
    _lower_memory(memory_mb)
    # SIGXCPU at the soft limit says what happened; it can be ignored, SIGKILL a second later cannot.
    seconds = max(cpu_s, 1)
    resource.setrlimit(resource.RLIMIT_CPU, _lowered(resource.RLIMIT_CPU, seconds, seconds + 1))


def begin_turn(*, cpu_s: int, memory_mb: int) -> None:
    """The same for one of several plays: it may use ``cpu_s`` beside what the process has used up to now."""
    _lower_memory(memory_mb)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(usage.ru_utime + usage.ru_stime) + max(cpu_s, 1)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, _unless_infinite(hard, until)), hard))


def _lower_memory(memory_mb: int) -> None:
    for kind, most in _memory(memory_mb).items():
        resource.setrlimit(kind, _lowered(kind, most, most))


def _memory(memory_mb: int) -> dict[int, int]:
    memory = max(memory_mb, MIN_MEMORY_MB) * _MIB
    return {resource.RLIMIT_DATA: memory, resource.RLIMIT_AS: memory + _ADDRESS_SLACK}


def _lowered(kind: int, soft: int, hard: int) -> tuple[int, int]:
    """The soft and the hard limit, each only if that is less than now."""
    present_soft, present_hard = resource.getrlimit(kind)
    return min(_unless_infinite(present_soft, soft), soft), min(_unless_infinite(present_hard, hard), hard)


def _unless_infinite(present: int, otherwise: int) -> int:
    return otherwise if present == resource.RLIM_INFINITY else present
