"""pattern_saga: all is booked, or what was booked is taken back, last first."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_all_or_nothing() -> None:
    assert assert_always_replay(FLOW).output == {"booked": True, "reason": "", "undone": []}
    undone = assert_always_replay(FLOW, {"fails_at": "car"})
    assert undone.output["reason"] == "no car is free for Lisbon"
    assert undone.output["undone"] == ["hotel to Lisbon taken back", "flight to Lisbon taken back"]
    assert [span.title for span in undone.spans if span.name == "take_back"] == ["Take back the hotel", "Take back the flight"]
