"""What a flow can raise, and the signals that the SDK raises through it.

    Exception
    +-- Failed             the flow says that it failed; the reason alone is shown
    +-- PauseExpired       a pause without a default ran out of time
    +-- ChildFailed        a spawned play did not succeed
    +-- CallFailed         a service refused what flow.call asked
    +-- SecretRefused      there is no such secret for this workflow
    +-- TimeoutError
        +-- StepTimeout    a step ran longer than its `timeout`
    BaseException
    +-- Signal             leaves the process; user code must let it pass
        +-- PauseSignal    the play suspends here
        +-- PauseSwallowed a PauseSignal was caught and not raised again
        +-- PlayRefused    the executor refused to go on at this pause (prefill_only)
        +-- Divergence     the replay differs from what was recorded, and the version wants that to stop the play
        +-- GivenUp        another branch of the race ended first

Signals derive from BaseException so that `except Exception` cannot stop them.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._context import Span


class Failed(Exception):
    """Ends the current span as failed with the reason alone, without a traceback."""


class PauseExpired(Exception):
    """Nobody answered the pause in time, and it has no default."""

    def __init__(self, name: str) -> None:
        super().__init__(f"nobody answered {name!r} in time")
        self.name = name


class StepTimeout(TimeoutError):
    """A step ran longer than its `timeout`. Retried like other errors."""

    deadline: Any = None
    told = False  # by the span of the step that ran too long


class ChildFailed(Exception):
    """A spawned play ended otherwise than with success, or could not be started (then `play_sid` is empty).

    `error` is {"type", "message", "traceback"}, or None when the play said nothing.
    """

    def __init__(self, play_sid: str, status: str, error: Any = None) -> None:
        message = error.get("message", "") if isinstance(error, dict) else error
        what = f"play {play_sid} ended as {status}" if play_sid else "the play could not be started"
        super().__init__(what + (f": {message}" if message else ""))
        self.play_sid = play_sid
        self.status = status
        self.error = error


class CallFailed(Exception):
    """A service refused a call. `reason` is one of docs/errors.md."""

    def __init__(self, method: str, reason: str, message: str) -> None:
        super().__init__(f"{method}: {message}" if message else f"{method}: {reason}")
        self.method = method
        self.reason = reason


class SecretRefused(Exception):
    """There is no secret of this name, or not for this workflow."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"secret {name!r}: {message}")
        self.name = name


class Signal(BaseException):
    """Leaves the process through user code."""


class PauseSignal(Signal):
    """The play suspends here, below `span`."""

    def __init__(self, name: str, span: Span, where: tuple[str, int] | None = None) -> None:
        super().__init__(f"the play pauses at {name!r}")
        self.name = name
        self.span = span
        self.where = where  # file and line of the call


class PauseSwallowed(Signal):
    """User code caught the pause signal and went on."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(
            f"{where} caught the pause {name!r} and went on. A bare `except:`, `except BaseException` or "
            f"`return_exceptions=True` around a pause must raise the signal again; catch `Exception` instead."
        )


class PlayRefused(Signal):
    """The executor has no answer for a pause that must not wait."""


class Divergence(Signal):
    """The replay differs from what was recorded, and the version says `on_divergence: stop`."""


class GivenUp(Signal):
    """Leaves a branch that lost its race: what it calls is refused from now on."""

    def __init__(self) -> None:
        super().__init__("another branch of this race ended first")


_Group: Any = getattr(builtins, "BaseExceptionGroup", None)


def pause_in(error: BaseException) -> PauseSignal | None:
    """The pause signal that `error` is, or the first in a group that holds nothing else."""
    if isinstance(error, PauseSignal):
        return error
    if _Group is None or not isinstance(error, _Group):
        return None
    found = [pause_in(part) for part in error.exceptions]
    return found[0] if all(found) else None
