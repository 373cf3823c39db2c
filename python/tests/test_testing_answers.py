"""Answers and time of a play under test: by name, in order, checked; days pass at once."""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import Any

import pytest

from hero_tracing import ask_user, flow
from hero_tracing.testing import NO_ANSWER, PlayFailed, Question, SkippingClock, WrongAnswer, run_flow
from hero_tracing.testing import _schema

START = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)


@flow
def asks(times: int = 2) -> list[Any]:
    return [ask_user.number("How many?", min=1, name="count") for _ in range(times)]


def test_payload_list_callable_and_id() -> None:
    assert run_flow(asks, answers={"count": [3, 4]}).output == [3, 4]
    first = run_flow(asks, answers={"count": 3})
    assert first.status == "awaiting_resume" and first.steps == {}
    (question,) = first.pending
    assert (question.name, question.message) == ("count", "How many?")
    assert question.schema == {"type": "number", "title": "How many?", "minimum": 1}
    assert run_flow(asks, answers={"count": 3, question.id: 9}).output == [3, 9]

    asked: list[Question] = []

    def think(question: Question) -> int:
        asked.append(question)
        return len(asked)

    assert run_flow(asks, {"times": 4}, answers={"count": think}).output == [1, 2, 3, 4]
    assert asked[0].span_id != asked[1].span_id


def test_an_answer_that_is_a_list_is_wrapped_in_one() -> None:
    @flow
    def pick() -> Any:
        return ask_user.multi_choice("Which?", ["a", "b"], name="which")

    assert run_flow(pick, answers={"which": [["a", "b"]]}).output == ["a", "b"]
    with pytest.raises(WrongAnswer, match="'which' does not fit its schema"):
        run_flow(pick, answers={"which": ["a", "b"]})


def test_going_on_by_hand() -> None:
    played = run_flow(asks)
    with pytest.raises(PlayFailed, match="waits for an answer to 'count'"):
        played.raise_for_status()
    with pytest.raises(WrongAnswer, match="no open question is named 'other'; .* open ones are 'count'"):
        played.resume("other", 1)
    with pytest.raises(WrongAnswer, match="the answer to 'count' does not fit its schema"):
        played.resume("count", 0)
    assert played.status == "awaiting_resume"
    assert played.resume("count", 5).resume("count", 6).output == [5, 6]
    assert played.pending == []
    with pytest.raises(WrongAnswer, match="the play is success"):
        played.resume("count", 5)
    assert played.advance(60).runs == 3


def test_answers_that_no_question_took_are_a_warning() -> None:
    played = run_flow(asks, {"times": 1}, answers={"count": [1, 2], "typo": 1, "never": lambda q: 1})
    assert sorted(played.warnings) == [
        "no pause took all answers 'count'",
        "no pause took the answer 'never'",
        "no pause took the answer 'typo'",
    ]


@flow
def waits() -> list[Any]:
    before = flow.now()
    flow.sleep(3)
    flow.sleep_until(before + dt.timedelta(days=30))
    try:
        answer = flow.pause("approve", timeout=3600)
    except flow.PauseExpired:
        answer = "expired"
    return [str(flow.now() - before), answer, flow.pause("again", timeout=60, default="usual")]


def test_days_pass_at_once_and_time_outs_follow() -> None:
    began = time.monotonic()
    clock = SkippingClock(START)
    played = run_flow(waits, clock=clock, answers={"approve": NO_ANSWER, "again": NO_ANSWER})
    assert played.output == ["30 days, 1:00:00", "expired", "usual"]
    assert clock.now() == START + dt.timedelta(days=30, hours=1, minutes=1)
    assert time.monotonic() - began < 5

    played = run_flow(waits, clock=SkippingClock(START))
    (question,) = played.pending
    assert question.expires_at == question.asked_at + dt.timedelta(hours=1) == START + dt.timedelta(days=30, hours=1)
    assert played.advance(3599).pending == [question]
    assert [q.name for q in played.advance(1).pending] == ["again"]
    assert played.advance(dt.timedelta(minutes=1)).output[1:] == ["expired", "usual"]
    with pytest.raises(ValueError, match="does not go back"):
        played.clock.advance(-1)
    with pytest.raises(ValueError, match="time zone"):
        SkippingClock(dt.datetime(2030, 1, 1))


def test_nobody_answers_a_question_without_a_timeout() -> None:
    with pytest.raises(WrongAnswer, match="'count', which has no timeout"):
        run_flow(asks, answers={"count": NO_ANSWER})


@pytest.mark.parametrize("delay", [4, 400])
def test_retry_delays_are_skipped_without_jitter(delay: float) -> None:
    tries: list[int] = []

    @flow(retries=2, retry_delay=delay)
    def flaky() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("again")
        return len(tries)

    @flow
    def main() -> int:
        return flaky()

    clock = SkippingClock(START)
    played = run_flow(main, clock=clock)
    assert played.output == 3 and clock.now() == START + dt.timedelta(seconds=3 * delay)
    assert [attempt["attempt"] for attempt in played.span("flaky").attempts] == [1, 2, 3]


def test_time_limits_count_what_was_skipped() -> None:
    @flow(timeout=2)
    def slow() -> None:
        flow.sleep(3)

    @flow
    async def main() -> None:
        await flow.sleep_async(4)
        slow()

    played = run_flow(main)
    assert played.error is not None and played.error["type"] == "StepTimeout"
    assert played.span("slow").status == "timed_out"


def test_open_in_branches_and_timers_beside_questions() -> None:
    source = """
        from hero_tracing import flow
        @flow
        def left(): return flow.pause("l")
        @flow
        def right():
            flow.sleep(86_400)
            return flow.pause("r", timeout=60, default=0)
        @flow
        def main(): return flow.gather(left, right)
    """
    played = run_flow(source, clock=SkippingClock(START))
    assert [question.name for question in played.pending] == ["l", "r"]
    assert played.clock.now() == START + dt.timedelta(days=1)
    assert played.resume("r", 5).resume("l", 4).output == [4, 5]


def test_a_default_that_does_not_fit_fails_the_play_as_a_real_one() -> None:
    played = run_flow("""
        from hero_tracing import flow
        @flow
        def main(): flow.pause("p", schema={"type": "integer"}, timeout=1, default="x")
    """)
    assert played.error is not None and "its default does not fit" in played.error["message"]


FITS: list[tuple[Any, Any]] = [
    (None, {"a": 1}), (True, 1), ({}, None), ({"type": "integer"}, 1.0), ({"type": ["string", "null"]}, None),
    ({"enum": [1, [True]]}, [True]), ({"const": {"a": 1}}, {"a": 1.0}), ({"minimum": 1, "maximum": 2}, 2),
    ({"minLength": 2, "pattern": "^a"}, "ab"), ({"items": {"type": "number"}, "uniqueItems": True}, [1, 2]),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": "x", "b": 1}),
    ({"oneOf": [{"type": "string"}, {"minimum": 5}]}, 7), ({"not": {"type": "string"}}, 1), ({"multipleOf": 0.5}, 1.5),
]  # fmt: skip
MISFITS: list[tuple[Any, Any]] = [
    (False, 1), ({"type": "integer"}, True), ({"type": "number"}, "1"), ({"type": "boolean"}, 0), ({"enum": [1]}, True),
    ({"const": "a"}, "b"), ({"minimum": 1}, 0), ({"exclusiveMaximum": 1}, 1), ({"maxLength": 1}, "ab"),
    ({"pattern": "^a"}, "ba"), ({"items": {"type": "number"}}, [1, "2"]), ({"minItems": 1}, []),
    ({"uniqueItems": True}, [1, 1.0]), ({"required": ["a"]}, {}), ({"properties": {"a": False}}, {"a": 1}),
    ({"additionalProperties": False, "properties": {"a": True}}, {"b": 1}), ({"allOf": [{"minimum": 1}]}, 0),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1), ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, 3),
    ({"not": {}}, 1), ({"multipleOf": 3}, 4), ({"patternProperties": {"^x": {"type": "null"}}}, {"x1": 1}),
]  # fmt: skip


@pytest.mark.parametrize("package", [False, True])
def test_the_built_in_check_and_the_package_agree(package: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if package:
        pytest.importorskip("jsonschema")
    else:
        monkeypatch.setitem(sys.modules, "jsonschema", None)
    for schema, value in FITS:
        assert _schema.violations(schema, value, "answer") == [], (schema, value)
    for schema, value in MISFITS:
        assert _schema.violations(schema, value, "answer"), (schema, value)
    if not package:
        wrong = _schema.violations({"properties": {"n": {"items": {"minimum": 1}}}}, {"n": [1, 0]}, "answer")
        assert wrong == ["answer.n[1] must be at least 1"]
