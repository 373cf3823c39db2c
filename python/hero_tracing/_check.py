"""Arguments as a flow gives them: each must be what it is said to be, or the call is refused before anything happens.

The error names the argument, shows what came, and says what to write instead: TypeError for what is of another type,
ValueError for a value that cannot be.
"""

from __future__ import annotations

import datetime as dt
import inspect
import math
import numbers
from collections.abc import Iterable
from typing import Any

#: A thousand years: longer ones mean "no end", and would not fit a time on the wire.
_MOST_SECONDS = 1000 * 366 * 86400
_SHOWN_CHARS = 80


def came(value: object) -> str:
    """What was given, short enough for a message."""
    if value is None:
        return "None"
    try:
        text = repr(value)
    except Exception:
        text = "one that cannot be shown"
    return f"{text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + '…'} ({type(value).__name__})"


def check_name(name: object, argument: str = "a name") -> None:
    rule = f"{argument} is 1 to 200 characters without control characters, not {came(name)}"
    if not isinstance(name, str):
        raise TypeError(f"{rule}: write it in quotes")
    if not 1 <= len(name) <= 200 or any(c < " " or c == "\x7f" for c in name):
        raise ValueError(rule)


def check_text(argument: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f'{argument} must be text, not {came(value)}: write {argument}="..."')


def check_bool(argument: str, value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{argument} must be True or False, not {came(value)}")


def check_number(argument: str, value: Any, *, least: float | None = None, kind: str = "a number", fix: str = "") -> None:
    """A finite number, at least so much."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        how = f"{argument}.total_seconds()" if isinstance(value, dt.timedelta) else ""
        how = how and f": write {how}" or (f": write {fix}" if fix else "")
        raise TypeError(f"{argument} must be {kind}, not {came(value)}{how}")
    if not math.isfinite(value):
        raise ValueError(f"{argument} must be {kind}, not {came(value)}" + (f": write {fix}" if fix else ""))
    if least is not None and value < least:
        raise ValueError(f"{argument} must not be less than {least:g}, not {came(value)}")


def check_whole(argument: str, value: Any, least: int, most: int | None = None) -> None:
    rule = f"{argument} must be a whole number " + (f"of at least {least}" if most is None else f"from {least} to {most}")
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{rule}, not {came(value)}: write for example {argument}={max(least, 2)}")
    if int(value) < least or (most is not None and int(value) > most):
        raise ValueError(f"{rule}, not {came(value)}")


def check_seconds(argument: str, value: Any, *, least: float | None = None) -> None:
    """A length of time. Without `least` it must be positive."""
    check_number(argument, value, kind="a number of seconds", fix=f"for example {argument}=30")
    if value > _MOST_SECONDS:
        raise ValueError(f"{argument} is more than a thousand years: {came(value)}; leave it out where there is no end")
    if least is None and value <= 0:
        raise ValueError(f"{argument} must be positive, not {came(value)}: leave it out where there is no limit")
    if least is not None and value < least:
        raise ValueError(f"{argument} must not be negative, not {came(value)}")


def check_limit(argument: str, value: object) -> None:
    """A time limit, or none."""
    if value is not None:
        check_seconds(argument, value)


def check_error_types(argument: str, value: object) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if not (isinstance(one, type) and issubclass(one, BaseException)):
            wanted = "an exception class, or a tuple of them"
            raise TypeError(f"{argument} must be {wanted}, not {came(one)}: write {argument}=(ValueError, OSError)")


def check_calls(helper: str, calls: Iterable[object], *, is_async: bool = False) -> None:
    """What a helper is to run side by side: callables; in async code awaitables as well."""
    for index, call in enumerate(calls, 1):
        if callable(call) or (is_async and inspect.isawaitable(call)):
            continue
        fix = "write it as `lambda: work(x)`: it is called later"
        if isinstance(call, (list, tuple)):
            fix = f"write {helper}(*calls)"
        elif inspect.iscoroutine(call):
            call.close()
            fix = f"write `await {helper}_async(...)` for async code"
        kinds = "callables without arguments, or awaitables" if is_async else "callables without arguments"
        raise TypeError(f"{helper} takes {kinds}; argument {index} is {came(call)}: {fix}")


def check_items(helper: str, items: Any) -> None:
    if not isinstance(items, Iterable):
        raise TypeError(f"{helper} takes a list of items, not {came(items)}: write [item, ...]")
