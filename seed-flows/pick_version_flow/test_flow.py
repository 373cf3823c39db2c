"""pick_version_flow takes a sure choice, asks for an unsure one, and refuses negative weights."""

from __future__ import annotations

import pathlib
from typing import Any

from hero_tracing.testing import assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"


def candidate(number: int, **figures: Any) -> dict[str, Any]:
    return {"version_sid": f"01v{number}", "number": number, "runs": 5, "reason": "measured", **figures}


def services(confidence: float) -> dict[str, Any]:
    def pick(method: str, params: dict[str, Any]) -> dict[str, Any]:
        assert params["workflow_sid"] == "01w" and params["preferences"]["cost_weight"] == 2
        found = [candidate(2, avg_duration_ms=1500.0, avg_cost_usd=0.01), candidate(1)]
        return {"version_sid": "01v2", "confidence": confidence, "difficulty": 0.4, "reasoning": "so", "candidates": found}

    return {"workflow_get": lambda method, params: {"sid": "01w"}, "pick_version": pick}


def test_sure_and_unsure() -> None:
    inputs = {"workflow": "w", "request": "x", "cost_weight": 2}
    sure = assert_always_replay(FLOW, inputs, replace=services(0.9)).output
    assert sure["version_sid"] == "01v2" and sure["chosen_by"] == "measurements"
    played = run_flow(FLOW, inputs, replace=services(0.3))
    (question,) = played.pending
    assert [o["description"] for o in question.ui["options"]] == [
        "5 runs, 1.5 s, $0.0100. measured",
        "5 runs, time unknown, cost unknown. measured",
    ]
    assert played.resume("version", "01v1").output["chosen_by"] == "a person"
    assert run_flow(FLOW, {**inputs, "ask_below": 0}, replace=services(0.3)).output["version_sid"] == "01v2"


def test_negative_weights() -> None:
    failed = run_flow(FLOW, {"workflow": "w", "speed_weight": -1}, replace=services(1))
    assert failed.error["message"] == "speed_weight must not be negative"
