"""Chooses a version of a flow for a request, from what benchmarks have shown; asks a person when that is not clear."""

from hero_tracing import ask_user, flow


def dollars(candidate: dict) -> str:
    return f"${candidate['avg_cost_usd']:.4f}" if candidate.get("avg_cost_usd") is not None else "cost unknown"


def seconds(candidate: dict) -> str:
    return f"{candidate['avg_duration_ms'] / 1000:.1f} s" if candidate.get("avg_duration_ms") is not None else "time unknown"


@flow(name="pick_version_flow", title="Choose a version")
def pick_version_flow(
    workflow: str,
    request: str = "",
    cost_weight: float = 1,
    speed_weight: float = 1,
    accuracy_weight: float = 1,
    ask_below: float = 0.6,
) -> dict:
    """Chooses the version of a flow that fits a request.

    Args:
        workflow: name of the flow
        request: what is to be done, in the user's words
        cost_weight: weight of low cost
        speed_weight: weight of short duration
        accuracy_weight: weight of success and accuracy
        ask_below: ask a person when the confidence is lower and there is more than one version; 0 = never
    """
    weights = {"cost_weight": cost_weight, "speed_weight": speed_weight, "accuracy_weight": accuracy_weight}
    wrong = [name for name, weight in weights.items() if weight < 0]
    if wrong:
        raise flow.Failed(f"{', '.join(wrong)} must not be negative")
    found = flow.call("workflow_get", name=workflow)
    picked = flow.call("pick_version", workflow_sid=found["sid"], user_request=request, preferences=weights)
    candidates = picked["candidates"]
    chosen, by = picked["version_sid"], "measurements"
    if picked["confidence"] < ask_below and len(candidates) > 1:
        chosen = ask_user.choice(
            "Which version should run?",
            [
                {
                    "value": one["version_sid"],
                    "label": f"Version {one['number']}",
                    "description": f"{one['runs']} runs, {seconds(one)}, {dollars(one)}. {one['reason']}",
                }
                for one in candidates
            ],
            name="version",
            message=f"The measurements do not decide it (confidence {picked['confidence']:.0%}). {picked['reasoning']}",
        )
        by = "a person"
    return {
        "version_sid": chosen,
        "confidence": picked["confidence"],
        "difficulty": picked["difficulty"],
        "reasoning": picked["reasoning"],
        "chosen_by": by,
    }
