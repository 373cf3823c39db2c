"""Pattern: bounds on time. A step that is too slow gives way to a plan B, and of two ways the faster one counts."""

import time

from hero_tracing import flow


@flow(title="The exact answer", timeout=0.5)
def exact(question: str, takes_s: float) -> str:
    time.sleep(takes_s)
    return f"the exact answer to {question}"


@flow(title="A rough answer")
def rough(question: str) -> str:
    return f"a rough answer to {question}"


@flow(name="pattern_timeout", title="Plan B in time")
def pattern_timeout(question: str = "why", takes_s: float = 2, patience_s: float = 30) -> dict:
    """Takes the exact answer if it comes within half a second, else a rough one; then waits for the first of two timers.

    Args:
        question: anything
        takes_s: how long the exact answer takes
        patience_s: the slower of the two timers
    """
    try:
        answer, plan = exact(question, takes_s), "A"
    except flow.StepTimeout:
        answer, plan = rough(question), "B"
    first = flow.race(lambda: flow.sleep(0.1), lambda: flow.sleep(patience_s))
    return {"answer": answer, "plan": plan, "first": ["short", "long"][first.index]}
