"""Spawned flows in a test: each runs as a play in memory of its own, between two runs of its parent."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._json import decode, encode
from .._trace import error_json

if TYPE_CHECKING:
    from ._executor import Event
    from ._played import Played

#: Plays a flow of the library; None when the test has none of that name.
PlayFlow = Callable[[str, Any], "Played | None"]
_USAGE = ("cost_usd", "tokens_prompt", "tokens_completion")
_numbers = itertools.count(1)


def run_child(event: Event, replace: Callable[..., Any] | None, play_flow: PlayFlow) -> str:
    """How the child of this pause ended, as the text that answers it."""
    sid = f"test-child-{next(_numbers)}"
    name, inputs = event["workflow"], decode(event["input"])
    if replace is not None:
        try:
            value = replace(**inputs) if isinstance(inputs, dict) else replace(inputs)
            return _success(sid, {}, encode(value, f"flow {name!r}"))
        except Exception as error:
            return _failure(sid, {}, error_json(error))
    played = play_flow(name, inputs)
    if played is None:
        return _failure("", {}, '{"type":"WorkflowNotFound","message":"the test has no such flow in `library`"}')
    if played.status == "awaiting_resume":
        names = ", ".join(repr(question.name) for question in played.pending)
        raise RuntimeError(f"the spawned flow {name!r} waits for an answer to {names}: give it in `answers`")
    usage = _usage(played)
    if played.output_text is not None:
        return _success(sid, usage, played.output_text)
    return _failure(sid, usage, encode(played.error, "error"))


def _success(sid: str, usage: dict[str, float], output: str) -> str:
    return f'{{"play_sid":"{sid}","status":"success","usage":{encode(usage, "usage")},"output":{output}}}'


def _failure(sid: str, usage: dict[str, float], error: str) -> str:
    return f'{{"play_sid":"{sid}","status":"failed","usage":{encode(usage, "usage")},"error":{error}}}'


def _usage(played: Played) -> dict[str, float]:
    said = [(tag, span.tags[tag]) for span in played.spans for tag in _USAGE if tag in span.tags]
    return {tag: sum(value for name, value in said if name == tag) for tag in dict(said)}
