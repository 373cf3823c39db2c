"""Values that are recorded when they are first met, and the same on each replay: now, uuid, random, and `once`."""

from __future__ import annotations

import datetime as dt
import inspect
import random
import uuid
from collections.abc import Callable
from typing import Any

from . import _context
from ._check import came, check_name
from ._clock import moment
from ._flow import source_of
from ._json import canonical
from ._step import StepOptions, begin, run_async, run_sync


def _recorded(name: str, make: Callable[[], Any]) -> Any:
    play = _context.play
    return make() if play is None else play.remember(name, make(), parent=play.enter())


def now() -> dt.datetime:
    """The time (UTC) at which this was first met."""
    value = _recorded("now", lambda: moment().isoformat())
    return dt.datetime.fromisoformat(value)


def new_uuid() -> str:
    """A random UUID as text, chosen when this was first met."""
    return str(_recorded("uuid", lambda: str(uuid.uuid4())))


def new_random() -> float:
    """A random number in [0, 1), chosen when this was first met."""
    return float(_recorded("random", random.random))


def once(name: str, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call `fn` once over all replays and record its output under this name. Awaitable when `fn` is `async def`."""
    check_name(name)
    if not callable(fn):
        raise TypeError(f"flow.once takes a name and a function, not {came(fn)}: write flow.once({name!r}, work, x)")
    if _context.play is None:
        return fn(*args, **kwargs)
    options = StepOptions(name=name, source=source_of(fn))
    text = canonical({"args": args, "kwargs": kwargs})
    if inspect.iscoroutinefunction(fn):
        return _once_async(options, text, fn, args, kwargs)
    known, step = begin(options, text)
    return step if known else run_sync(step, step.body(fn), args, kwargs)


async def _once_async(
    options: StepOptions, text: str, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    known, step = begin(options, text)
    return step if known else await run_async(step, lambda: step.body(fn)(*args, **kwargs))
