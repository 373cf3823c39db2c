"""Who may answer a question: the arguments of `flow.pause` and `ask_user` about people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from ._check import came, check_bool, check_limit, check_whole
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
    check_whole("quorum", quorum, 1, _MOST_QUORUM)
    check_bool("no_self_approval", no_self_approval)
    check_limit("escalate_after", escalate_after)
    if (escalate_after is None) != (not later):
        raise ValueError("escalate_after and escalate_to are only good together")
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
    rule = f"{argument} must be a name or at most {_MOST_NAMES} names of 1 to {_MOST_CHARS} characters, not {came(given)}"
    if not isinstance(given, Iterable):
        raise TypeError(rule)
    names = [given] if isinstance(given, str) else list(given)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(rule)
    if len(names) > _MOST_NAMES or not all(0 < len(name) <= _MOST_CHARS for name in names):
        raise ValueError(rule)
    return list(dict.fromkeys(names))
