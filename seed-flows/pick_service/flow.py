"""Finds flows of the library that can do what a request asks: a search, then a model that chooses among what was found.

The search comes first and needs no model. When nothing is found, no model is asked.
"""

from hero_tracing import flow

#: Flows that work on flows; a request is not done by calling them.
TOOLS = {
    "service_agent",
    "service_code_gen",
    "pick_service",
    "run_code",
    "rate_request",
    "invent_inputs",
    "benchmark_flow",
    "optimize_flow",
    "pick_version_flow",
}
SYSTEM = """You choose which services a task needs. You are given a task and a list of services.
Reply with JSON only: {"services": [{"name": ..., "why": one short sentence}], "confidence": 0 to 1}.
Name services of the list only, as few as will do; an empty list is a good answer when none fits.
confidence says how sure you are that these services, and no others of the list, are what the task needs."""


@flow(title="Search the library")
def search(request: str, limit: int) -> list:
    """What fits the request, best first: a search needs not find every word, and takes word forms and misspellings."""
    hits = flow.call("flow_library_search", query=request[:1000], limit=limit + len(TOOLS), detail=True)["hits"]
    found = [described(hit) for hit in hits if hit["name"] not in TOOLS][:limit]
    flow.current_span.tag("found", len(found))
    return found


def described(hit: dict) -> dict:
    return {
        "name": hit["name"],
        "description": hit["description"],
        "inputs": [field(one) for one in hit["inputs"]],
        "outputs": [field(one) for one in hit["outputs"]],
    }


def field(one: dict) -> dict:
    kind = one["field_type"].removeprefix("FIELD_TYPE_").lower()
    return {"name": one["name"], "type": kind, "required": one["required"], "description": one["description"]}


def choice_of(data: object, known: dict) -> dict:
    """Raises ValueError saying what is wrong with the reply."""
    if not isinstance(data, dict) or not isinstance(data.get("services"), list):
        raise ValueError('it has to be an object with the list "services"')
    names = [one.get("name") if isinstance(one, dict) else one for one in data["services"]]
    unknown = [str(name) for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no service {', '.join(unknown)}; there are {', '.join(known)}")
    confidence = data.get("confidence")
    if not isinstance(confidence, (int, float)) or not 0 <= confidence <= 1:
        raise ValueError('"confidence" has to be a number from 0 to 1')
    whys = {one["name"]: str(one.get("why", "")) for one in data["services"] if isinstance(one, dict)}
    services = [{**known[name], "why": whys.get(name, "")} for name in dict.fromkeys(names)]
    return {"services": services, "confidence": confidence}


@flow(name="pick_service", title="Pick services for a request")
def pick_service(request: str, limit: int = 8, model: str = "") -> dict:
    """Chooses flows of the library for a request.

    Args:
        request: what is to be done, in plain words
        limit: look at no more than so many flows
        model: empty = the default one
    """
    candidates = search(request, limit)
    if not candidates:
        return {"services": [], "confidence": 1.0, "candidates": []}
    known = {candidate["name"]: candidate for candidate in candidates}
    messages = [{"role": "user", "content": f"Task: {request}\n\nServices:\n{listing(candidates)}"}]
    problem = ""
    for _ in range(3):
        reply = flow.invoke("model_call", spawn=True, system=SYSTEM, messages=messages, model=model, as_json=True)
        try:
            return {**choice_of(reply["data"], known), "candidates": candidates}
        except ValueError as error:
            problem = str(error)
            messages += [
                {"role": "assistant", "content": reply["text"]},
                {"role": "user", "content": f"That reply cannot be used: {problem}. Reply again, with JSON only."},
            ]
    raise flow.Failed(f"the model gave no usable choice in three replies: {problem}")


def listing(candidates: list) -> str:
    return "\n".join(
        f"- {one['name']}({', '.join(f['name'] + ': ' + f['type'] for f in one['inputs'])}): {one['description']}"
        for one in candidates
    )
