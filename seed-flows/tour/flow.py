"""The flow that the README walks through: steps, a retry, a question, and a report in the end."""

import pathlib
import time

from hero_tracing import ask_user, flow

AREAS = ["flows", "answers", "history"]

TONES = [
    {"value": "plain", "label": "Plain", "description": "Short sentences, no adjectives"},
    {"value": "warm", "label": "Warm", "description": "As if told to a friend"},
    {"value": "formal", "label": "Formal", "description": "For the notice board"},
]


@flow(title="Read about one area")
def read_area(area: str) -> dict:
    """Stands for slow work: a call of a service, a query, a model."""
    flow.current_span.title(f"Read about {area}")
    time.sleep(0.4)
    flow.current_span.log(f"read three notes about {area}")
    return {"area": area, "notes": 3, "words": len(area) * 120}


@flow(title="Check the links", retries=2, retry_delay=0.5)
def check_links(count: int) -> str:
    """Fails on its first attempt, as services do, and goes well on the second."""
    marker = pathlib.Path("links-tried")
    if not marker.exists():
        marker.touch()
        raise ConnectionError("the link checker did not answer")
    return f"{count} links are fine"


@flow(title="Write the announcement")
def write(project: str, tone: str, areas: list[dict], links: str) -> str:
    opening = {
        "plain": f"{project} runs flows that you can watch.",
        "warm": f"Come and see: {project} runs flows, and you can watch every step of them.",
        "formal": f"We hereby announce {project}, a system for running observable flows.",
    }[tone]
    lines = [f"- {area['area']}: {area['notes']} notes, {area['words']} words" for area in areas]
    return "\n".join([f"# {project}", "", opening, "", *lines, "", f"_{links}_"])


@flow(name="tour", title="A tour in five minutes", outputs={"report": {"type": "string", "description": "Markdown"}})
def tour(project: str = "hero-logic") -> dict:
    """Reads about a project, asks you for a tone, and writes an announcement.

    Args:
        project: What the announcement is about.
    """
    areas = [read_area(area) for area in AREAS]
    links = check_links(sum(area["notes"] for area in areas))
    tone = ask_user.choice("Which tone should the announcement have?", TONES, name="tone")
    return {"report": write(project, tone, areas, links)}
