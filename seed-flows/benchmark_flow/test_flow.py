"""benchmark_flow runs the benchmark, with inputs that a model thinks of when asked, and waits without a slot; one that cannot be run fails it with the reason."""

from __future__ import annotations

import pathlib
from typing import Any

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"


class Services:
    """What the registry and the bench would say: two looks at a running benchmark, then its end."""

    def __init__(self, end: str = "DONE") -> None:
        self.looks = 0
        self.end = end
        self.asked: dict[str, Any] = {}

    def replace(self) -> dict[str, Any]:
        flow = {"sid": "01w", "name": "w", "current_version_sid": "01v", "versions": [{"sid": "01v"}]}
        return {
            "workflow_get": lambda method, params: flow,
            "benchmark_run": lambda method, params: self.asked.update(params) or {"sid": "01b"},
            "benchmark_get": self.look,
        }

    def look(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self.looks += 1
        status = "RUNNING" if self.looks % 3 else self.end
        runs = [
            {"status": "RUN_STATUS_SUCCESS", "play_sid": "01p", "error": ""},
            {"status": "RUN_STATUS_FAILED", "play_sid": "01q", "error": "ValueError: no"},
        ]
        ends = {"success_rate": 50.0, "avg_duration_ms": 7.0, "p95_duration_ms": 9.0, "estimated_cost_usd": 0.5}
        found = {"sid": "01b", "workflow_version_sid": "01v", "status": f"BENCHMARK_STATUS_{status}", "num_runs": 2}
        more = {"difficulty_rating": 0.4, "left_out": [{"example_sid": "01e", "reason": "text is missing"}], "stop_reason": "why"}
        generated = {"generated": {"example_sids": ["01f", "01g"]}} if self.asked["generate"] else {}
        return {**found, **ends, **more, **generated, "runs": runs}


def test_figures() -> None:
    services = Services()
    played = assert_always_replay(FLOW, {"workflow": "w", "repeats": 2}, replace=services.replace())
    assert services.asked["version_sid"] == "01v" and services.asked["repeats"] == 2 and services.looks == 6
    assert played.output["success_rate"] == 50.0 and played.output["accuracy"] is None
    assert played.output["failures"] == [{"play_sid": "01q", "error": "ValueError: no"}]
    assert played.output["status"] == "done" and played.output["cost_usd"] == 0.5 and played.output["generated"] == 0
    assert played.output["difficulty"] == 0.4 and played.output["left_out"] == ["text is missing"]
    wrong = run_flow(FLOW, {"workflow": "w", "version": "01x"}, replace=services.replace())
    assert wrong.error["message"] == "'w' has no version '01x'"


def test_inputs_that_a_model_thinks_of() -> None:
    services = Services()
    played = run_flow(FLOW, {"workflow": "w", "generate": 2}, replace=services.replace())
    assert services.asked["generate"] == 2 and played.output["generated"] == 2


def test_a_benchmark_that_cannot_be_run() -> None:
    failed = run_flow(FLOW, {"workflow": "w"}, replace=Services("FAILED").replace())
    assert failed.error["message"] == "benchmark 01b could not be run: why"
