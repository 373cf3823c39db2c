"""Errors as spans show them: type, message and a traceback without the SDK's own frames."""

from __future__ import annotations

import errno
import functools
import os
import sys
import traceback
from types import TracebackType
from typing import Any

from ._errors import Failed, Signal
from ._json import quote
from ._masks import hide

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MESSAGE_CHARS = 8_000
_TRACEBACK_CHARS = 32_000
_FRAMES = 100
_NOT_ALLOWED = "; a play runs in a sandbox that does not allow this call: it is one process and starts no others"
#: Modules of the standard library that call for somebody else.
_RUNNERS = frozenset(("asyncio", "concurrent", "contextlib", "functools", "runpy", "threading"))


def message_of(error: BaseException) -> str:
    try:
        text = str(error)
        if isinstance(error, SystemExit):
            text = f"the flow called sys.exit({text}): return its result instead, or raise flow.Failed(reason)"
        elif isinstance(error, PermissionError) and error.errno == errno.EPERM:
            text += _NOT_ALLOWED
    except Exception as broken:  # a user's __str__; the error itself must still be reported
        text = f"<its message cannot be shown: {type(broken).__name__}>"
    text = hide(text)
    return text if len(text) <= _MESSAGE_CHARS else text[:_MESSAGE_CHARS] + "…[cut]"


def traceback_of(error: BaseException) -> str:
    """The traceback as Python prints it, without frames of the SDK and what lies below it."""
    if isinstance(error, (Failed, Signal)):
        return ""
    try:
        last = _last_frames(error.__traceback__)
        report = traceback.TracebackException(type(error), error, last, limit=-_FRAMES)
        _trim(report, set())
        text = "".join(report.format()).rstrip().replace("hero_tracing._errors.", "flow.")
    except Exception:  # an exotic error; its type and message are still shown
        return ""
    text = hide(text)
    return text if len(text) <= _TRACEBACK_CHARS else "[cut]…" + text[-_TRACEBACK_CHARS:]


def _last_frames(trace: TracebackType | None) -> TracebackType | None:
    """The end of a traceback: a limit alone still has Python look into every frame, at each level of a recursion."""
    last, ahead = trace, 0
    while trace is not None:
        trace = trace.tb_next
        ahead += 1
        if ahead > _FRAMES and last is not None:
            last = last.tb_next
    return last


def error_json(error: BaseException) -> str:
    kind = type(error).__name__
    return f'{{"type":{quote(kind)},"message":{quote(message_of(error))},"traceback":{quote(traceback_of(error))}}}'


def call_site() -> tuple[str, int] | None:
    """File and line from which the flow's code called into the SDK; None where it did not (a task of its own)."""
    frame = sys._getframe(1)
    while frame is not None:
        code, module = frame.f_code, str(frame.f_globals.get("__name__", ""))
        if not _is_internal(code.co_filename) and module.partition(".")[0] not in _RUNNERS:
            return os.path.basename(code.co_filename), frame.f_lineno
        if module.startswith("hero_zygote") or module == "hero_tracing.run":
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None


def _trim(report: Any, seen: set[int]) -> None:
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    frames = [frame for frame in report.stack if not _is_internal(frame.filename)]
    report.stack = traceback.StackSummary.from_list(frames)
    _trim(report.__cause__, seen)
    _trim(report.__context__, seen)
    if report.__context__ is not None and issubclass(getattr(report.__context__, "exc_type", None) or object, Signal):
        report.__context__ = None
    for part in getattr(report, "exceptions", None) or ():
        _trim(part, seen)


@functools.lru_cache(maxsize=256)
def _is_internal(filename: str) -> bool:
    return os.path.abspath(filename).startswith(_OWN_FOLDER) or "hero_zygote" in filename
