"""The spans of a play, as the events of all its runs have made them.

A span is found by its id, the same in every run. A start of a known span in a later run runs its body again; in the
same run it is a further attempt. A memo hit keeps what was first recorded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

OPEN = ("running", "awaiting_resume")


@dataclasses.dataclass
class Span:
    """One node of the tree of a play."""

    span_id: str
    parent_id: str
    name: str
    kind: str
    title: str = ""
    status: str = "running"
    attempt: int = 1
    attempts: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    #: How often the body ran, over all runs of the play.
    runs: int = 1
    #: How often its recorded output was used instead.
    replays: int = 0
    start_ms: int = 0
    end_ms: int | None = None
    tags: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: Arguments and result as JSON text, cut at 4 KiB.
    input: str = ""
    output: str = ""
    error: dict[str, Any] | None = None
    source_line: int = 0
    children: list[Span] = dataclasses.field(default_factory=list, repr=False)

    def walk(self) -> Iterator[Span]:
        """This span and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class SpanTree:
    def __init__(self) -> None:
        self.by_id: dict[str, Span] = {}
        self._started: set[str] = set()

    def begin_run(self) -> None:
        self._started = set()

    def start(self, event: dict[str, Any]) -> None:
        span = self.by_id.get(event["span_id"])
        replayed = event.get("replayed", False)
        if span is None:
            span = Span(event["span_id"], event["parent_id"], event["name"], event["kind"], start_ms=event["at_ms"])
            self._add(span)
            if replayed:
                span.runs = 0
        elif not replayed and span.span_id not in self._started:
            span.runs += 1
        self._started.add(span.span_id)
        if replayed:
            span.status, span.replays = "replayed", span.replays + 1
            return
        span.status, span.end_ms, span.error, span.output = "running", None, None, ""
        span.attempt = event.get("attempt", 1)
        span.attempts = event.get("attempts", [])
        span.title = event.get("title", span.title)
        span.input = event.get("input", span.input)
        span.source_line = event.get("source_line", span.source_line)
        span.tags.update(event.get("tags", {}))

    def _add(self, span: Span) -> None:
        self.by_id[span.span_id] = span
        parent = self.by_id.get(span.parent_id)
        if parent is not None:
            parent.children.append(span)

    def tag(self, event: dict[str, Any]) -> None:
        span = self.by_id.get(event["span_id"])
        if span is not None:
            span.tags.update(event["tags"])
            span.title = event.get("title", span.title)

    def end(self, event: dict[str, Any]) -> None:
        span = self.by_id.get(event["span_id"])
        if span is None:
            return
        span.status = event["status"]
        span.end_ms = None if span.status == "awaiting_resume" else event["at_ms"]
        span.output = event.get("output", "")
        span.error = event.get("error")
        span.attempts = event.get("attempts", span.attempts)
        span.tags.update(event.get("tags", {}))

    def close(self, at_ms: int) -> None:
        """The play has ended: nothing runs or waits any more."""
        for span in self.by_id.values():
            if span.status in OPEN:
                span.status, span.end_ms = "cancelled", at_ms

    @property
    def roots(self) -> list[Span]:
        return [span for span in self.by_id.values() if span.parent_id not in self.by_id]


def outline(roots: list[Span]) -> str:
    """The tree as text: a line a span, with its status, and its attempts and runs where there was more than one."""
    lines: list[str] = []

    def add(span: Span, depth: int) -> None:
        notes = [f"{span.attempt} attempts"] if span.attempt > 1 else []
        notes += [f"{span.runs} runs"] if span.runs > 1 else []
        lines.append(f"{'  ' * depth}{span.name} {span.status}" + (f" ({', '.join(notes)})" if notes else ""))
        for child in span.children:
            add(child, depth + 1)

    for root in roots:
        add(root, 0)
    return "\n".join(lines)
