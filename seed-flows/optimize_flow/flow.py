"""Has a model write a better version of a flow, measures both over the same examples, and asks before it makes the new one current.

The new version is written without limits of its own, as everything that a play writes: a flow that needs the network cannot be
measured that way.
"""

import ast
import json

from hero_tracing import ask_user, flow

SYSTEM = """You improve Python programs. You are given a program, what matters, and how it did over its examples.
Keep its name, its inputs and its outputs as they are, and its results where they are right.
Reply with the whole new program in one ```python block and, before it, one sentence that says what you changed."""


def program_of(text: str, before: str) -> str:
    """Raises ValueError saying what is wrong with the reply."""
    if "```" not in text:
        raise ValueError("there is no ```python block in it")
    source = text.split("```", 2)[1]
    source = (source.split("\n", 1)[1] if "\n" in source else source).strip() + "\n"
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno} does not parse: {error.msg}") from None
    if source.strip() == before.strip():
        raise ValueError("it is the same program")
    return source


@flow(title="Write a better version")
def improve(source: str, goal: str, measured: dict, model: str) -> dict:
    """{source, notes}"""
    about = f"What matters: {goal}\nMeasured: {json.dumps(measured, ensure_ascii=False)}\n\n```python\n{source}```"
    messages = [{"role": "user", "content": about}]
    problem = ""
    for _ in range(3):
        text = flow.invoke("model_call", spawn=True, system=SYSTEM, messages=messages, model=model)["text"]
        try:
            return {"source": program_of(text, source), "notes": text.split("```", 1)[0].strip()[:2000]}
        except ValueError as error:
            problem = str(error)
            messages += [
                {"role": "assistant", "content": text},
                {"role": "user", "content": f"That program cannot be used: {problem}. Write it again."},
            ]
    raise flow.Failed(f"the model wrote no usable program in three replies: {problem}")


def verdict(compared: dict) -> dict:
    """Better = nothing got worse, and one of the figures improved beyond its 95 % interval, or by its mean where there is no interval."""
    better, worse = [], []
    if compared["regressed_example_sids"]:
        worse.append(f"{len(compared['regressed_example_sids'])} examples got worse")
    for figure, good in (("success", 1), ("score", 1), ("duration_ms", -1), ("cost_usd", -1)):
        change = compared.get(figure) or {}
        mean = change.get("mean")
        if mean is None or mean == 0:
            continue
        ends = [change.get("low"), change.get("high")]
        is_sure = None in ends or min(ends) > 0 or max(ends) < 0
        if is_sure:
            (better if mean * good > 0 else worse).append(f"{figure} {mean:+.4g}")
    return {"is_better": bool(better) and not worse, "better": better, "worse": worse}


@flow(name="optimize_flow", title="Improve a flow")
def optimize_flow(
    workflow: str, goal: str = "right results first, then speed, then cost", repeats: int = 3, propose: bool = True, model: str = ""
) -> dict:
    """Writes, measures and proposes a better version of a flow.

    Args:
        workflow: name of the flow; it needs examples
        goal: what matters
        repeats: runs of each example, of both versions
        propose: ask whether a better version is to become current; false = only measure
        model: empty = the default one
    """
    found = flow.call("workflow_get", name=workflow)
    if not found["current_version_sid"]:
        raise flow.Failed(f"{workflow!r} has no version yet")
    source = flow.call("workflow_version_fetch", version_sid=found["current_version_sid"])["python_source"]
    base = flow.invoke("benchmark_flow", workflow=workflow, version=found["current_version_sid"], repeats=repeats)
    new = improve(source, goal, base, model)
    given = {"workflow_sid": found["sid"], "python_source": new["source"], "notes": new["notes"]}
    version = flow.call("workflow_create_version", **given)
    other = flow.invoke("benchmark_flow", workflow=workflow, version=version["sid"], repeats=repeats)
    compared = flow.call("benchmark_compare", base_sid=base["benchmark_sid"], other_sid=other["benchmark_sid"])
    found_better = verdict(compared)
    adopted = propose and found_better["is_better"] and ask_user.confirm(
        f"Make version {version['number']} of {workflow} the current one?",
        name="adopt",
        message=f"{new['notes']}\n\nBetter: {', '.join(found_better['better'])}.\n\n```python\n{new['source'][:6000]}\n```",
    )
    if adopted:
        flow.call("workflow_set_current_version", workflow_sid=found["sid"], version_sid=version["sid"])
    return {
        "version_sid": version["sid"],
        "version_number": version["number"],
        "notes": new["notes"],
        "base": base,
        "other": other,
        **found_better,
        "adopted": adopted,
    }
