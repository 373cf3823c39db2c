"""Test flows without any service: plays in memory. See docs/testing.md.

from hero_tracing.testing import run_flow

    played = run_flow("order.py", {"count": 2}, answers={"approve": True})
    assert played.output == {"ordered": 2}
"""

from ._answers import NO_ANSWER, Question, WrongAnswer
from ._clock import SkippingClock
from ._inputs import WrongInput
from ._played import LogLine, Played, PlayFailed, assert_always_replay, run_flow
from ._recorded import RecordedPlay, RecordingMismatch, Replayed, load_recorded
from ._spans import Span

__all__ = [
    "NO_ANSWER",
    "LogLine",
    "PlayFailed",
    "Played",
    "Question",
    "RecordedPlay",
    "RecordingMismatch",
    "Replayed",
    "SkippingClock",
    "Span",
    "WrongAnswer",
    "WrongInput",
    "assert_always_replay",
    "load_recorded",
    "run_flow",
]
