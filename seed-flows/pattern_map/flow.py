"""Pattern: the same work for many items side by side, results in the order of the items."""

from hero_tracing import flow


@flow(title="Measure a text")
def measure(text: str) -> dict:
    return {"text": text, "words": len(text.split()), "letters": sum(letter.isalpha() for letter in text)}


@flow(name="pattern_map", title="Fan out over items")
def pattern_map(texts: list = ["one", "two words", "three short words"], at_once: int = 4) -> dict:
    """Measures each text in a branch of its own. Recorded branches are not run again after a crash.

    Args:
        texts: what to measure
        at_once: branches that run at the same time
    """
    rows = flow.map(measure, texts, concurrency=at_once)
    return {"rows": rows, "words": sum(row["words"] for row in rows)}
