"""Rates how hard a request is, by a model. `HERO_LOGIC_RATING_FLOW=rate_request` makes the choice of versions use it."""

from hero_tracing import flow

SYSTEM = """You rate how hard a task is for a computer program: 0 is trivial, 0.5 needs some care, 1 needs an expert.
Reply with JSON only: {"difficulty": number from 0 to 1}."""


@flow(name="rate_request", title="Rate a request")
def rate_request(request: str, model: str = "") -> float:
    """How hard a request is, from 0 to 1.

    Args:
        request: in the user's words
        model: empty = the default one
    """
    given = {"system": SYSTEM, "prompt": request[:20_000], "model": model, "as_json": True, "attempts": 3, "timeout_s": 15}
    data = flow.invoke("model_call", spawn=True, **given)["data"]
    rated = data.get("difficulty") if isinstance(data, dict) else data
    if isinstance(rated, bool) or not isinstance(rated, (int, float)) or not 0 <= rated <= 1:
        raise flow.Failed(f"the model gave no number from 0 to 1: {str(data)[:200]}")
    return float(rated)
