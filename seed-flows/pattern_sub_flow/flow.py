"""Pattern: flows that call flows, in this process or as plays of their own.

In this process a sub-flow is cheap and shares the limits of its caller. As a play of its own it has its own limits, questions and
retries, is listed and cancelled by itself, and its failure is an error that can be caught.
"""

from hero_tracing import flow


@flow(name="pattern_sub_flow", title="Call other flows")
def pattern_sub_flow(texts: list = ["one", "two words"], job: str = "report") -> dict:
    """Measures texts in this process, waits for a job in a play of its own, and for another one that fails.

    Args:
        texts: what to measure
        job: what is waited for
    """
    measured = flow.invoke("pattern_map", texts=texts)
    waited = flow.invoke("pattern_loop", spawn=True, job=job, ready_after=2, every_s=0.1)
    try:
        flow.invoke("pattern_loop", spawn=True, job="never", turns=1, every_s=0)
        failure = ""
    except flow.ChildFailed as error:
        failure = error.error["message"]
    return {"words": measured["words"], "turns": waited["turn"], "failure": failure}
