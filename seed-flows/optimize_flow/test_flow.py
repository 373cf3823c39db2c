"""optimize_flow measures both versions, proposes only what is better and worse in nothing, and a person decides."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
SOURCE = "def main(): return 1\n"
NEW = "Counts once.\n```python\ndef main():\n    return 2\n```"
FASTER = {"duration_ms": {"mean": -50.0, "low": -60.0, "high": -40.0}, "success": {"mean": 0.0}}


def benchmark(workflow: str, version: str, repeats: int) -> dict[str, Any]:
    return {"benchmark_sid": f"bench-{version}", "success_rate": 100.0}


def services(compared: dict[str, Any], current: list[str]) -> dict[str, Any]:
    return {
        "workflow_get": lambda method, params: {"sid": "01w", "current_version_sid": "01v1"},
        "workflow_version_fetch": lambda method, params: {"python_source": SOURCE},
        "workflow_create_version": lambda method, params: {"sid": "01v2", "number": 2, "notes": params["notes"]},
        "workflow_set_current_version": lambda method, params: current.append(params["version_sid"]) or {},
        "benchmark_compare": lambda method, params: {"regressed_example_sids": [], **compared},
        "benchmark_flow": benchmark,
    }


LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}


def test_a_better_version_is_proposed(broker) -> None:
    broker({"text": NEW})
    current: list[str] = []
    given = {"library": LIBRARY, "replace": services(FASTER, current)}
    played = assert_always_replay(FLOW, {"workflow": "w"}, answers={"adopt": True}, **given)
    assert played.output["adopted"] is True and set(current) == {"01v2"}
    assert played.output["better"] == ["duration_ms -50"] and played.output["notes"] == "Counts once."
    refused = run_flow(FLOW, {"workflow": "w"}, answers={"adopt": False}, **given)
    assert refused.output["adopted"] is False and refused.output["is_better"] is True


@pytest.mark.parametrize(
    "compared",
    [
        {**FASTER, "regressed_example_sids": ["01e"]},
        {**FASTER, "success": {"mean": -0.5, "low": -0.6, "high": -0.4}},
        {"duration_ms": {"mean": -5.0, "low": -60.0, "high": 50.0}},
        {},
    ],
)
def test_anything_else_is_not(broker, compared: dict[str, Any]) -> None:
    broker({"text": NEW})
    current: list[str] = []
    played = run_flow(FLOW, {"workflow": "w"}, library=LIBRARY, replace=services(compared, current))
    assert played.output["is_better"] is False and played.output["adopted"] is False and not current


def test_the_same_program_is_no_version(broker) -> None:
    broker({"text": f"```python\n{SOURCE}```"})
    failed = run_flow(FLOW, {"workflow": "w"}, library=LIBRARY, replace=services(FASTER, []))
    assert "three replies: it is the same program" in failed.error["message"]


def test_without_an_endpoint(monkeypatch) -> None:
    monkeypatch.delenv("HERO_AIBROKER_URL", raising=False)
    failed = run_flow(FLOW, {"workflow": "w"}, library=LIBRARY, replace=services(FASTER, []))
    assert "HERO_AIBROKER_URL is not set" in failed.error["message"]
