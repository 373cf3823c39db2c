"""The time that the SDK goes by, and the chance in its delays.

Everything that waits or reads the time goes through these functions, so that tests put another clock in their place
(`installed`). The names can be imported; what they read is swapped behind them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol


class Clock(Protocol):
    """A clock in the place of the real one."""

    def time_ns(self) -> int: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...
    def jitter(self) -> float: ...


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


async def _real_sleep_async(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


_time_ns: Callable[[], int] = time.time_ns
_monotonic: Callable[[], float] = time.monotonic
_sleep: Callable[[float], None] = time.sleep
_sleep_async: Callable[[float], Awaitable[None]] = _real_sleep_async
_jitter: Callable[[], float] = random.random


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return _time_ns() // 1_000_000


def moment() -> dt.datetime:
    """The time in UTC, to the microsecond."""
    return _EPOCH + dt.timedelta(microseconds=_time_ns() // 1000)


def monotonic() -> float:
    """Seconds that never go back: for time limits."""
    return _monotonic()


def sleep(seconds: float) -> None:
    _sleep(seconds)


async def sleep_async(seconds: float) -> None:
    await _sleep_async(seconds)


def jitter() -> float:
    """What is added to a delay, as a share of its margin: 0 to 1."""
    return _jitter()


@contextlib.contextmanager
def installed(clock: Clock) -> Iterator[None]:
    """The SDK goes by `clock` until the block ends."""
    global _time_ns, _monotonic, _sleep, _sleep_async, _jitter

    async def skip(seconds: float) -> None:
        clock.sleep(seconds)
        await _real_sleep_async(0)

    before = (_time_ns, _monotonic, _sleep, _sleep_async, _jitter)
    _time_ns, _monotonic, _sleep = clock.time_ns, clock.monotonic, clock.sleep
    _sleep_async, _jitter = skip, clock.jitter
    try:
        yield
    finally:
        _time_ns, _monotonic, _sleep, _sleep_async, _jitter = before
