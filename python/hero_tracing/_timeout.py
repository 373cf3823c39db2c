"""Time limits of steps: a body that runs too long is left with StepTimeout.

In the main thread an interval timer interrupts the body wherever it is, except inside the SDK's own socket code. In
other threads the body runs in a helper thread that is given up. In async code the body is cancelled. A body that
swallows the error, or cannot be interrupted, still fails with StepTimeout once it ends.
"""

from __future__ import annotations

import contextvars
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, TypeVar

from ._clock import monotonic
from ._errors import StepTimeout

T = TypeVar("T")

_WIRE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_wire.py")
_AGAIN_S = 0.5


class Deadline:
    def __init__(self, seconds: float, name: str) -> None:
        self.seconds = seconds
        self.name = name
        self.at = monotonic() + seconds
        self.next = self.at
        self.active = True

    def passed(self) -> bool:
        return monotonic() >= self.at

    def error(self) -> StepTimeout:
        error = StepTimeout(f"step {self.name!r} ran longer than {self.seconds:g} s")
        error.deadline = self
        return error


_deadlines: list[Deadline] = []  # of the main thread, outermost first
_previous: Any = None


def is_from_outside(error: BaseException) -> bool:
    """True when `error` is the time-out of a step around this one: not for this one to retry."""
    return isinstance(error, StepTimeout) and error.deadline is not None and error.deadline in _deadlines


def call_within(seconds: float, name: str, call: Callable[[], T], give_up: Callable[[], None]) -> T:
    """`call()`, or StepTimeout after `seconds`. `give_up` is told when the body may still be running."""
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return _call_with_timer(seconds, name, call)
    return _call_in_helper(seconds, name, call, give_up)


async def await_within(seconds: float, name: str, awaitable: Awaitable[T]) -> T:
    import asyncio

    deadline = Deadline(seconds, name)
    task = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise
    late = not task.done()
    if late:
        task.cancel()
        await asyncio.wait({task})
    if task.cancelled():
        if late:
            raise deadline.error()
        return task.result()
    error = task.exception()
    if error is None and deadline.passed():
        raise deadline.error()
    if late and isinstance(error, Exception):
        raise deadline.error() from error
    return task.result()


def _call_with_timer(seconds: float, name: str, call: Callable[[], T]) -> T:
    deadline = Deadline(seconds, name)
    _push(deadline)
    try:
        try:
            value = call()
        finally:
            deadline.active = False
    finally:
        _pop(deadline)
    if deadline.passed():
        raise deadline.error()
    return value


def _push(deadline: Deadline) -> None:
    global _previous
    if not _deadlines:
        _previous = signal.signal(signal.SIGALRM, _on_alarm)
    _deadlines.append(deadline)
    _arm()


def _pop(deadline: Deadline) -> None:
    _deadlines.remove(deadline)
    if _deadlines:
        _arm()
    else:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, _previous if _previous is not None else signal.SIG_DFL)


def _arm() -> None:
    nearest = min(deadline.next for deadline in _deadlines)
    signal.setitimer(signal.ITIMER_REAL, max(0.0005, nearest - monotonic()))


def _on_alarm(_signal: int, frame: FrameType | None) -> None:
    now = monotonic()
    for deadline in _deadlines:
        if deadline.active and now >= deadline.next:
            deadline.next = now + (0.01 if _in_socket_code(frame) else _AGAIN_S)
            _arm()
            if deadline.next - now >= _AGAIN_S:
                raise deadline.error()
            return
    if _deadlines:
        for deadline in _deadlines:
            deadline.next = max(deadline.next, now + 0.001)
        _arm()


def _in_socket_code(frame: FrameType | None) -> bool:
    """Leaving there would tear a line in two."""
    while frame is not None:
        if frame.f_code.co_filename == _WIRE:
            return True
        frame = frame.f_back
    return False


def _call_in_helper(seconds: float, name: str, call: Callable[[], T], give_up: Callable[[], None]) -> T:
    deadline = Deadline(seconds, name)
    outcome: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:
            outcome.append((False, error))

    helper = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True, name=f"step {name}")
    helper.start()
    helper.join(seconds)
    if not outcome:
        give_up()
        raise deadline.error()
    ok, value = outcome[0]
    if not ok:
        raise value
    if deadline.passed():
        raise deadline.error()
    result: T = value
    return result
