"""The tour: three areas, a service that fails at first, a tone to choose, an announcement."""

from __future__ import annotations

import pathlib

import pytest

from hero_tracing.testing import WrongAnswer, assert_always_replay

HERE = pathlib.Path(__file__).parent


def read_area(area: str) -> dict:
    return {"area": area, "notes": 3, "words": 10}


def test_the_announcement(flow_runner) -> None:
    played = flow_runner("flow.py", {"project": "demo"}, answers={"tone": "warm"})
    assert played.output["report"].startswith("# demo\n\nCome and see: demo runs flows")
    assert (
        "- answers: 3 notes, 840 words" in played.output["report"] and "_9 links are fine_" in played.output["report"]
    )
    assert [area["area"] for area in played.steps["read_area"]] == ["flows", "answers", "history"]
    assert "read three notes about history" in [line.text for line in played.logs]


def test_the_links_are_tried_twice(flow_runner) -> None:
    played = flow_runner("flow.py", replace={"read_area": read_area})
    (question,) = played.pending
    assert question.schema["enum"] == ["plain", "warm", "formal"]
    attempts = played.span("check_links").attempts
    assert len(attempts) == 2 and attempts[0]["error"]["type"] == "ConnectionError"
    with pytest.raises(WrongAnswer, match="'tone' does not fit"):
        played.resume("tone", "loud")
    assert "We hereby announce hero-logic" in played.resume("tone", "formal").output["report"]


def test_always_replay(tmp_path) -> None:
    played = assert_always_replay(
        HERE / "flow.py", answers={"tone": "plain"}, replace={"read_area": read_area}, folder=tmp_path
    )
    assert played.output["report"].endswith("_9 links are fine_")
