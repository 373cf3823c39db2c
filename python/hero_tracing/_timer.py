"""Waiting for a moment in time.

A wait of a few seconds happens in place; a longer one is a `pause` of kind timer, and the process leaves. The end of
a sleep is recorded when it begins, so over all replays the play sleeps once.
"""

from __future__ import annotations

import datetime as dt
import math

from . import _context
from ._check import came, check_number, check_seconds
from ._clock import moment, now_ms
from ._clock import sleep as wait
from ._clock import sleep_async as wait_async
from ._context import Span
from ._json import quote
from ._play import Play

IN_PLACE_S = 5.0


def suspend_until(play: Play, span: Span, name: str, resume_id: str, until_ms: int) -> None:
    """Leave the process until then; returns when the time has come already."""
    remaining = until_ms - now_ms()
    if remaining <= 0 or resume_id in play.answers:
        return
    members = f',"name":{quote(name)},"span_id":"{span.id}","kind":"timer","timeout_ms":{remaining},"has_default":false'
    play.send_pause(span, resume_id, members)
    if resume_id in play.answers or (span.branch is not None and span.branch.wait(until_ms)):
        return
    play.pause_here(name, span)


def sleep(seconds: float) -> None:
    """Sleep once over all replays. Up to 5 s in place, longer ones suspend the play. A negative time is over already."""
    _sleep_to(now_ms() + _milliseconds("seconds", seconds))


def _sleep_to(until_ms: int) -> None:
    if _context.play is None:
        _wait(until_ms)
    else:
        with _Sleep(_context.play, until_ms) as rest:
            if rest.is_long():
                rest.suspend()
            _wait(rest.until_ms)


def sleep_until(when: dt.datetime | float) -> None:
    """Sleep until a moment: an aware datetime, or seconds since the epoch."""
    _sleep_to(now_ms() + _milliseconds("when", _moment(when) - moment().timestamp()))


async def sleep_async(seconds: float) -> None:
    """`sleep` for async code: a short wait does not block the event loop."""
    until_ms = now_ms() + _milliseconds("seconds", seconds)
    if _context.play is None:
        await wait_async((until_ms - now_ms()) / 1000)
    else:
        with _Sleep(_context.play, until_ms) as rest:
            branch = rest.span.branch
            if rest.is_long() and not (branch is not None and await branch.wait_async(rest.until_ms)):
                rest.suspend()
            await wait_async(max(0.0, (rest.until_ms - now_ms()) / 1000))


class _Sleep:
    """The span of a sleep."""

    def __init__(self, play: Play, until_ms: int) -> None:
        parent = play.enter()
        self.play = play
        self.span = play.below(parent, "sleep", "pause")
        self.resume_id = parent.resume_id("sleep", per_attempt=True)
        self.until_ms: int = play.remember("sleep", until_ms, parent=parent, span_id=self.span.id)

    def __enter__(self) -> _Sleep:
        self.play.start(self.span, title=f"sleep until {_clock(self.until_ms)}")
        self.play.conn.flush()
        return self

    def is_long(self) -> bool:
        """Too long to wait here. A dry replay waits for nothing."""
        return self.until_ms - now_ms() > (IN_PLACE_S * 1000 if self.play.dry is None else 0)

    def suspend(self) -> None:
        """Leave the process until the time has come."""
        suspend_until(self.play, self.span, "sleep", self.resume_id, self.until_ms)
        self.until_ms = 0

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        self.play.end_with(self.span, error)


def _wait(until_ms: int) -> None:
    wait(max(0.0, (until_ms - now_ms()) / 1000))


def _milliseconds(argument: str, seconds: float) -> int:
    check_seconds(argument, seconds, least=-math.inf)
    return max(0, round(seconds * 1000))


def _moment(when: dt.datetime | float) -> float:
    if not isinstance(when, dt.datetime):
        kind = "a datetime with a time zone, or seconds since the epoch"
        check_number("when", when, kind=kind, fix="datetime(2030, 1, 31, tzinfo=timezone.utc)")
        return float(when)
    if when.tzinfo is None:
        raise ValueError(f"when must be a datetime with a time zone, not {came(when)}: add tzinfo=timezone.utc")
    return when.timestamp()


def _clock(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
