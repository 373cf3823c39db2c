"""Counts words the slow way: something for optimize_flow and benchmark_flow to work on."""

from hero_tracing import flow


@flow(name="sample_words", title="Count words")
def sample_words(text: str) -> dict:
    """How often each word stands in a text.

    Args:
        text: any text
    """
    words = text.lower().split()
    counts = {}
    for word in words:
        counts[word] = sum(1 for other in words if other == word)
    return counts
