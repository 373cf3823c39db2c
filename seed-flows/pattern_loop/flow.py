"""Pattern: look again and again until something is ready, without holding a process while it waits."""

from hero_tracing import flow


@flow(title="Look")
def look(job: str, turn: int, ready_after: int) -> dict:
    """Stands for asking a service. Each turn is a record of its own: equal calls in a loop are told apart by their number."""
    return {"job": job, "turn": turn, "ready": turn >= ready_after}


@flow(name="pattern_loop", title="Look until it is ready")
def pattern_loop(job: str = "report", ready_after: int = 3, every_s: float = 0.2, turns: int = 50) -> dict:
    """Looks at a job until it is ready, at most so many times.

    Args:
        job: what is waited for
        ready_after: the turn in which it is ready
        every_s: seconds between two looks
        turns: at most so many
    """
    for turn in range(1, turns + 1):
        found = look(job, turn, ready_after)
        if found["ready"]:
            return found
        flow.sleep(every_s)
    raise flow.Failed(f"{job} was not ready after {turns} looks")
