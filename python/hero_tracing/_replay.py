"""The two replay files: recorded steps and answers.

The step file is only split into lines here; a record is decoded when its step is met. Missing files are empty.
A line holds `step_key TAB span_id TAB name TAB output [TAB within [TAB "optional"]]`.
"""

from __future__ import annotations

from typing import Any

from ._json import decode

#: step_key -> its whole line; None once the step has been met.
Memo = dict[str, "str | None"]

#: Records that the SDK writes for itself (flow.now, flow.sleep, ...) are named with this prefix.
INTERNAL = "flow."


def load_steps(path: str) -> Memo:
    memo: Memo = {}
    for line in _read(path).split("\n"):
        memo[line.partition("\t")[0]] = line
    memo.pop("", None)
    return memo


def load_answers(path: str) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}
    for line in _read(path).split("\n"):
        if line:
            answer = decode(line)
            answers[answer["id"]] = answer
    return answers


def span_ids(memo: Memo) -> set[str]:
    """The spans that recorded steps belong to."""
    rows = (line.split("\t", 3) for line in memo.values() if line is not None)
    return {row[1] for row in rows if not row[2].startswith(INTERNAL)}


def within_of(row: list[str]) -> str:
    """The key of the step around a record, without the branches of races that it was in."""
    return row[4].partition("~")[0] if len(row) > 4 else ""


def is_optional(row: list[str]) -> bool:
    """A fork that is meant to differ took this record over: it is used when it is met, and not missed otherwise."""
    return len(row) > 5 and row[5] == "optional"


def _read(path: str) -> str:
    if not path:
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
