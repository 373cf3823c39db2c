"""Measures a version of a flow over its examples, and first has a model write more examples when that is asked for."""

import json

from hero_tracing import flow

SYSTEM = """You write test inputs for a program. You are given its name, what it does, its inputs and some inputs that it has.
Reply with JSON only: {"examples": [{"name": short and unique, "input_values": {input name: value}}]}.
Cover usual, small, large and odd cases. Give every required input a value of its type, and use no other names."""
TYPES = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
}
MAX_LOOKS = 500


def kind_of(field: dict) -> str:
    return field["field_type"].removeprefix("FIELD_TYPE_").lower()


def problem_of(example: object, fields: dict) -> str:
    """What is wrong with an example that the model wrote; empty = nothing."""
    values = example.get("input_values") if isinstance(example, dict) else None
    if not isinstance(values, dict) or not str(example.get("name", "")).strip():
        return "it has no name or no input_values"
    unknown = [name for name in values if name not in fields]
    missing = [name for name, field in fields.items() if field["required"] and name not in values]
    wrong = [name for name, value in values.items() if name in fields and not fits(value, kind_of(fields[name]))]
    parts = [("unknown", unknown), ("missing", missing), ("of another type", wrong)]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


def fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in ("boolean", "unspecified")
    return isinstance(value, TYPES.get(kind, object))


@flow(title="Write examples")
def write_examples(workflow: dict, fields: list, count: int, model: str) -> list:
    """Names of the examples that were added; what does not fit the inputs is left out and logged."""
    known = flow.call("example_list", workflow_sid=workflow["sid"], page_size=20)["examples"]
    about = {
        "name": workflow["name"],
        "description": workflow["description"],
        "inputs": [{"name": f["name"], "type": kind_of(f), "required": f["required"], "description": f["description"]} for f in fields],
        "has": [example["input_values"] for example in known[:5]],
    }
    prompt = f"Write {count} examples.\n{json.dumps(about, ensure_ascii=False)}"
    data = flow.invoke("model_call", spawn=True, system=SYSTEM, prompt=prompt, model=model, as_json=True)["data"]
    examples = data.get("examples") if isinstance(data, dict) else None
    if not isinstance(examples, list):
        raise flow.Failed('the model gave no list "examples"')
    by_name = {field["name"]: field for field in fields}
    added = []
    for number, example in enumerate(examples[:count], start=1):
        problem = problem_of(example, by_name)
        if problem:
            flow.current_span.log(f"example {number} is left out: {problem}")
            continue
        name = f"generated: {str(example['name']).strip()[:150]}"
        values = {key: json.dumps(value, ensure_ascii=False) for key, value in example["input_values"].items()}
        flow.call("example_upsert", workflow_sid=workflow["sid"], name=name, input_values=values, tags=["generated"])
        added.append(name)
    if not added:
        raise flow.Failed("none of the examples that the model wrote fits the inputs; the log names what is wrong")
    return added


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
        "failures": [{"play_sid": run["play_sid"], "error": run["error"][:500]} for run in failures[:20]],
    }


@flow(name="benchmark_flow", title="Measure a flow")
def benchmark_flow(
    workflow: str, version: str = "", repeats: int = 1, generate: int = 0, budget_usd: float = 0, model: str = ""
) -> dict:
    """Runs a version over the examples of its flow, and gives the figures.

    Args:
        workflow: name of the flow
        version: its sid; empty = the current version
        repeats: runs of each example
        generate: have a model write so many more examples first (needs HERO_AIBROKER_URL)
        budget_usd: start no further run after this known cost; 0 = no end
        model: empty = the default one
    """
    found = flow.call("workflow_get", name=workflow)
    sid = version or found["current_version_sid"]
    inputs = next((one["inputs"] for one in found["versions"] if one["sid"] == sid), None)
    if inputs is None:
        raise flow.Failed(f"{workflow!r} has no version {sid!r}" if sid else f"{workflow!r} has no version yet")
    generated = write_examples(found, inputs, generate, model) if generate > 0 else []
    asked = {"workflow_sid": found["sid"], "version_sid": sid, "repeats": repeats, "budget_usd": budget_usd}
    started = flow.call("benchmark_run", **asked)
    flow.current_span.tag("benchmark_sid", started["sid"])
    return {**figures(wait_for(started["sid"])), "generated": generated}
