"""Measures a version of a flow over its examples, and over inputs that a model thinks of when that is asked for."""

from hero_tracing import flow

MAX_LOOKS = 500


@flow(title="Wait for the benchmark")
def wait_for(benchmark_sid: str) -> dict:
    """Looks now and then, and holds no slot meanwhile: the plays of the benchmark need them."""
    for look in range(MAX_LOOKS):
        found = flow.call("benchmark_get", benchmark_sid=benchmark_sid, wait_ms=2000)
        if found["status"] != "BENCHMARK_STATUS_RUNNING":
            return found
        flow.sleep(min(60, 6 + look))
    raise flow.Failed(f"benchmark {benchmark_sid} still runs; look at it with benchmark_get")


def figures(found: dict) -> dict:
    if found["status"] == "BENCHMARK_STATUS_FAILED":
        raise flow.Failed(f"benchmark {found['sid']} could not be run: {found['stop_reason']}")
    failures = [run for run in found["runs"] if run["status"] != "RUN_STATUS_SUCCESS"]
    return {
        "benchmark_sid": found["sid"],
        "version_sid": found["workflow_version_sid"],
        "status": found["status"].removeprefix("BENCHMARK_STATUS_").lower(),
        "runs": found["num_runs"],
        "success_rate": found["success_rate"],
        "accuracy": found.get("accuracy"),
        "avg_duration_ms": found["avg_duration_ms"],
        "p95_duration_ms": found["p95_duration_ms"],
        "cost_usd": found.get("estimated_cost_usd"),
        "difficulty": found["difficulty_rating"],
        "generated": len(found["generated"]["example_sids"]) if found.get("generated") else 0,
        "left_out": [one["reason"] for one in found["left_out"][:20]],
        "failures": [{"play_sid": run["play_sid"], "error": run["error"][:500]} for run in failures[:20]],
    }


@flow(name="benchmark_flow", title="Measure a flow")
def benchmark_flow(
    workflow: str, version: str = "", repeats: int = 1, generate: int = 0, budget_usd: float = 0
) -> dict:
    """Runs a version over the examples of its flow, and gives the figures.

    Args:
        workflow: name of the flow
        version: its sid; empty = the current version
        repeats: runs of each example
        generate: have a model think of so many inputs first, which become examples (needs HERO_AIBROKER_URL)
        budget_usd: start no further run after this known cost; 0 = no end
    """
    found = flow.call("workflow_get", name=workflow)
    sid = version or found["current_version_sid"]
    if not sid:
        raise flow.Failed(f"{workflow!r} has no version yet")
    if sid not in [one["sid"] for one in found["versions"]]:
        raise flow.Failed(f"{workflow!r} has no version {sid!r}")
    started = flow.call(
        "benchmark_run",
        workflow_sid=found["sid"],
        version_sid=sid,
        repeats=repeats,
        budget_usd=budget_usd,
        generate=generate,
    )
    flow.current_span.tag("benchmark_sid", started["sid"])
    return figures(wait_for(started["sid"]))
