"""Pattern: steps that belong together, each with a step that takes it back. When one fails, the ones before are undone, last first."""

from hero_tracing import flow


@flow(title="Book")
def book(what: str, trip: str, fails: bool) -> str:
    flow.current_span.title(f"Book the {what}")
    if fails:
        raise flow.Failed(f"no {what} is free for {trip}")
    return f"{what} to {trip}"


@flow(title="Take back", retries=5, retry_delay=1)
def take_back(what: str, booking: str) -> str:
    """Retried longer than the rest: what is not taken back has to be done by hand."""
    flow.current_span.title(f"Take back the {what}")
    return f"{booking} taken back"


@flow(name="pattern_saga", title="All or nothing")
def pattern_saga(trip: str = "Lisbon", fails_at: str = "") -> dict:
    """Books a flight, a hotel and a car, or none of them.

    Args:
        trip: where to
        fails_at: flight, hotel or car, to see it undone
    """
    booked: list[tuple[str, str]] = []
    try:
        for what in ("flight", "hotel", "car"):
            booked.append((what, book(what, trip, what == fails_at)))
    except flow.Failed as error:
        undone = [take_back(what, booking) for what, booking in reversed(booked)]
        return {"booked": False, "reason": str(error), "undone": undone}
    return {"booked": True, "reason": "", "undone": []}
