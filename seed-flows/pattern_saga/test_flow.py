"""pattern_saga: all is booked, or what was booked is taken back, last first."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_all_or_nothing() -> None:
    assert assert_always_replay(FLOW).output == {"booked": True, "reason": "", "undone": []}
    undone = assert_always_replay(FLOW, {"fails_at": "car"}, seed=3)
    assert undone.output["reason"] == "no car is free for Lisbon"
    assert [text.split("-")[0] for text in undone.output["undone"]] == ["hotel", "flight"]
    assert [span.title for span in undone.spans if span.name == "take_back"] == ["Take back the hotel", "Take back the flight"]
