"""benchmark_flow runs the benchmark and waits without a slot; generated examples are checked against the inputs before they are written."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}


class Services:
    """What the registry and the bench would say: two looks at a running benchmark, then its end."""

    def __init__(self) -> None:
        self.looks = 0
        self.written: list[dict[str, Any]] = []
        self.asked: dict[str, Any] = {}

    def replace(self) -> dict[str, Any]:
        field = {"field_type": "FIELD_TYPE_STRING", "required": True, "description": ""}
        count = {"name": "count", "field_type": "FIELD_TYPE_INTEGER", "required": False, "description": ""}
        version = {"sid": "01v", "inputs": [{**field, "name": "text"}, count]}
        flow = {"sid": "01w", "name": "w", "description": "d", "current_version_sid": "01v", "versions": [version]}
        return {
            "workflow_get": lambda method, params: flow,
            "example_list": lambda method, params: {"examples": [{"input_values": {"text": '"a"'}}]},
            "example_upsert": lambda method, params: self.written.append(params) or {"sid": "01e"},
            "benchmark_run": lambda method, params: self.asked.update(params) or {"sid": "01b"},
            "benchmark_get": self.look,
        }

    def look(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.looks += 1
        status = "RUNNING" if self.looks % 3 else "DONE"
        runs = [
            {"status": "RUN_STATUS_SUCCESS", "play_sid": "01p", "error": ""},
            {"status": "RUN_STATUS_FAILED", "play_sid": "01q", "error": "ValueError: no"},
        ]
        ends = {"success_rate": 50.0, "avg_duration_ms": 7.0, "p95_duration_ms": 9.0, "estimated_cost_usd": 0.5}
        found = {"sid": "01b", "workflow_version_sid": "01v", "status": f"BENCHMARK_STATUS_{status}", "num_runs": 2}
        return {**found, **ends, "runs": runs}


def test_figures() -> None:
    services = Services()
    played = assert_always_replay(FLOW, {"workflow": "w", "repeats": 2}, replace=services.replace())
    assert services.asked["version_sid"] == "01v" and services.asked["repeats"] == 2 and services.looks == 6
    assert played.output["success_rate"] == 50.0 and played.output["accuracy"] is None
    assert played.output["failures"] == [{"play_sid": "01q", "error": "ValueError: no"}]
    assert played.output["status"] == "done" and played.output["cost_usd"] == 0.5 and played.output["generated"] == []
    wrong = run_flow(FLOW, {"workflow": "w", "version": "01x"}, replace=services.replace())
    assert wrong.error["message"] == "'w' has no version '01x'"


def test_generated_examples(broker) -> None:
    examples = [
        {"name": "usual", "input_values": {"text": "hello", "count": 2}},
        {"name": "typo", "input_values": {"txt": "hello"}},
        {"name": "wrong", "input_values": {"text": 5, "count": True}},
        {"name": "too many", "input_values": {"text": "x"}},
    ]
    broker({"text": json.dumps({"examples": examples}), "times": 1}, {"text": '{"examples": [{"name": "n"}]}'})
    services = Services()
    played = run_flow(FLOW, {"workflow": "w", "generate": 3}, replace=services.replace(), library=LIBRARY)
    assert played.output["generated"] == ["generated: usual"]
    (written,) = services.written
    assert written["input_values"] == {"text": '"hello"', "count": "2"} and written["tags"] == ["generated"]
    left_out = [line.text for line in played.logs if "left out" in line.text]
    assert left_out == [
        "example 2 is left out: unknown: txt; missing: text",
        "example 3 is left out: of another type: text, count",
    ]
    none = run_flow(FLOW, {"workflow": "w", "generate": 1}, replace=services.replace(), library=LIBRARY)
    assert "none of the examples that the model wrote fits" in none.error["message"]


def test_generating_without_an_endpoint(monkeypatch) -> None:
    monkeypatch.delenv("HERO_AIBROKER_URL", raising=False)
    failed = run_flow(FLOW, {"workflow": "w", "generate": 1}, replace=Services().replace(), library=LIBRARY)
    assert "HERO_AIBROKER_URL is not set" in failed.error["message"]
