"""Spawned flows in a test are plays of their own, with the answers and the stand-ins of the test; their end reaches the parent."""

from __future__ import annotations

from typing import Any

import pytest

from hero_tracing import ask_user, flow
from hero_tracing.testing import assert_always_replay, run_flow


@flow(name="double")
def double(n: int) -> int:
    flow.current_span.cost(0.25)
    flow.current_span.tag("tokens_prompt", 5)
    return n * 2


@flow(name="careful")
def careful(n: int) -> int:
    if not ask_user.confirm("Sure?", name="sure"):
        raise flow.Failed("not sure")
    return n


@flow
def spawns(numbers: list) -> list:
    found: list[Any] = flow.map("double", numbers, spawn=True)
    try:
        found.append(flow.invoke("careful", spawn=True, n=9))
    except flow.ChildFailed as error:
        found.append([error.status, str(error.error["message"])])
    return found


LIBRARY = {"double": double, "careful": careful}


def test_children_end_and_the_parent_goes_on() -> None:
    played = assert_always_replay(spawns, {"numbers": [1, 2]}, answers={"sure": True}, library=LIBRARY)
    assert played.output == [2, 4, 9]
    costs = [span.tags for span in played.spans if span.name == "double"]
    assert costs == [{"cost_usd": 0.25, "tokens_prompt": 5}] * 2
    refused = run_flow(spawns, {"numbers": []}, answers={"sure": False}, library=LIBRARY)
    assert refused.output == [["failed", "not sure"]]


def test_stand_ins_and_what_is_missing() -> None:
    def double(n: int) -> int:
        raise ValueError("no doubles today")

    failed = run_flow(spawns, {"numbers": [1]}, replace={"double": double})
    assert failed.status == "failed" and "no doubles today" in str(failed.error)
    unknown = run_flow(spawns, {"numbers": []}, library={"double": LIBRARY["double"]})
    assert unknown.output == [["failed", "the test has no such flow in `library`"]]
    with pytest.raises(RuntimeError, match="'careful' waits for an answer to 'sure': give it in `answers`"):
        run_flow(spawns, {"numbers": []}, library=LIBRARY)
