"""Who may answer a question: the arguments of `flow.pause` and `ask_user` about people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from ._json import quote

Names = str | Iterable[str]

_MOST_NAMES = 100
_MOST_CHARS = 200
_MOST_QUORUM = 20


class Rules(TypedDict, total=False):
    """`assignee` and `group` (a name or several) say who may answer; everybody, where neither is given.

    The answer counts once `quorum` different people have given an equal one; with `no_self_approval` none of them is
    who started the play. Not answered after `escalate_after` seconds, those of `escalate_to` (people or groups) may
    answer as well.
    """

    assignee: Names
    group: Names
    quorum: int
    no_self_approval: bool
    escalate_after: float | None
    escalate_to: Names


def rule_members(
    *,
    assignee: Names = (),
    group: Names = (),
    quorum: int = 1,
    no_self_approval: bool = False,
    escalate_after: float | None = None,
    escalate_to: Names = (),
) -> str:
    """The rules as members of a pause event; empty where there are none."""
    assignees, groups = _names("assignee", assignee), _names("group", group)
    later = _names("escalate_to", escalate_to)
    if isinstance(quorum, bool) or not isinstance(quorum, int) or not 1 <= quorum <= _MOST_QUORUM:
        raise ValueError(f"quorum must be a whole number from 1 to {_MOST_QUORUM}")
    if (escalate_after is None) != (not later):
        raise ValueError("escalate_after and escalate_to are only good together")
    if escalate_after is not None and escalate_after <= 0:
        raise ValueError("escalate_after must be positive")
    line = ""
    for name, values in (("assignees", assignees), ("groups", groups), ("escalate_to", later)):
        if values:
            line += f',"{name}":[{",".join(quote(value) for value in values)}]'
    if quorum > 1:
        line += f',"quorum":{quorum}'
    if no_self_approval:
        line += ',"no_self_approval":true'
    if escalate_after is not None:
        line += f',"escalate_after_ms":{max(1, round(escalate_after * 1000))}'
    return line


def _names(argument: str, given: Names) -> list[str]:
    names = [given] if isinstance(given, str) else list(given)
    if len(names) > _MOST_NAMES or not all(isinstance(n, str) and 0 < len(n) <= _MOST_CHARS for n in names):
        raise ValueError(f"{argument} must be a name or at most {_MOST_NAMES} names of 1 to {_MOST_CHARS} characters")
    return list(dict.fromkeys(names))
