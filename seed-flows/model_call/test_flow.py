"""model_call against a real endpoint that is silent, busy, broken, cut, and well: what is asked again, what fails at once, what it counts."""

from __future__ import annotations

import json
import pathlib

import pytest

from hero_tracing.testing import SkippingClock, assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"
GOOD = {"text": "red, green, blue"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_with_its_tokens(broker, stream: bool) -> None:
    double = broker(GOOD)
    inputs = {"prompt": "Name three colours.", "system": "Be brief.", "stream": stream, "options": {"temperature": 0}}
    played = assert_always_replay(FLOW, inputs)
    assert played.output == {
        **{"text": "red, green, blue", "model": "small", "finish_reason": "stop", "data": None},
        **{"tokens_prompt": 5, "tokens_completion": 3, "cost_usd": None, "attempts": 1},
    }
    assert played.span("ask").tags == {"model": "small", "tokens_prompt": 5, "tokens_completion": 3}
    request = double.requests[0]
    assert request["path"] == "/v1/chat/completions" and request["body"]["temperature"] == 0
    assert request["headers"]["Authorization"].startswith("Bearer sk-")
    assert [message["role"] for message in request["body"]["messages"]] == ["system", "user"]
    assert len(double.requests) == 2, "once for each of the two plays, however often they replay"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"fault": "429", "retry_after": 90}, "answered 429: fault 429"),
        ({"fault": "500"}, "answered 500"),
        ({"fault": "malformed"}, "no JSON"),
        ({"fault": "no_choices"}, "no choices"),
        ({"fault": "cut"}, "ended before its length"),
        ({"fault": "silent"}, "no answer from HERO_AIBROKER_URL within 0.2 s"),
    ],
)
def test_what_is_asked_again(broker, fault: dict, problem: str) -> None:
    turn = ({**fault, "times": 2}, {**GOOD, "times": 1})
    double = broker(*turn, *turn, *turn)
    inputs = {"prompt": "Hello", "timeout_s": 0.2 if fault["fault"] == "silent" else 20}
    assert assert_always_replay(FLOW, inputs).output["attempts"] == 3
    assert len(double.requests) == 6, "each attempt of both plays once, however often they replay"
    clock = SkippingClock()
    began = clock.now()
    played = run_flow(FLOW, inputs, clock=clock)
    assert played.output["attempts"] == 3 and played.output["text"] == GOOD["text"]
    first = played.steps["ask"][0]
    assert problem in first["problem"]
    waited = (clock.now() - began).total_seconds()
    assert waited == pytest.approx(180 if "retry_after" in fault else 3, abs=1), "as it said, else 1 and 2 seconds"
    assert len(double.requests) == 9


def test_a_stream_that_is_cut_is_asked_again(broker) -> None:
    cut, good = {"fault": "cut", "times": 1}, {**GOOD, "times": 1}
    broker(cut, good, cut, good)
    played = assert_always_replay(FLOW, {"prompt": "Hello", "stream": True})
    assert played.steps["ask"][0]["problem"] == "the stream ended before the reply did"


def test_a_reply_that_is_no_json_is_asked_again_and_counted(broker) -> None:
    broker({"text": "Sure! Here it is.", "times": 1}, {"text": '```json\n{"a": [1]}\n```'})
    played = run_flow(FLOW, {"prompt": "Hello", "as_json": True})
    assert played.output["data"] == {"a": [1]} and played.output["attempts"] == 2
    assert [span.tags["tokens_completion"] for span in played.spans if span.name == "ask"] == [4, 4]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"fault": "401", "message": "bad key sk-of-the-tests-0123456789"}, "refused HERO_AIBROKER_KEY (401): bad key [key]"),
        ({"fault": "400", "message": "too long"}, "refused the request (400): too long"),
        ({"fault": "429", "code": "insufficient_quota", "message": "pay first"}, "refused the request (429): pay first"),
        ({"fault": "redirect"}, "name the final address in HERO_AIBROKER_URL"),
    ],
)
def test_what_fails_at_once(broker, rule: dict, message: str) -> None:
    double = broker(rule)
    played = assert_always_replay(FLOW, {"prompt": "Hello"})
    assert played.status == "failed" and message in played.error["message"]
    assert len(double.requests) == 2, "once for each of the two plays"
    seen = json.dumps([span.tags for span in played.spans]) + str(played.logs) + str(played.error)
    assert "sk-of-the-tests" not in seen


def test_it_gives_up(broker, monkeypatch: pytest.MonkeyPatch) -> None:
    broker({"fault": "500"})
    played = run_flow(FLOW, {"prompt": "Hello", "attempts": 2})
    assert "no usable reply in 2 attempts; the last problem: the endpoint answered 500" in played.error["message"]
    monkeypatch.setenv("HERO_AIBROKER_URL", "http://127.0.0.1:9/v1")
    played = run_flow(FLOW, {"prompt": "Hello", "attempts": 1})
    assert "HERO_AIBROKER_URL cannot be reached: ConnectionRefusedError" in played.error["message"]


def test_what_is_missing(broker, monkeypatch: pytest.MonkeyPatch) -> None:
    broker()
    assert "nothing to ask" in run_flow(FLOW, {"system": "Be brief."}).error["message"]
    monkeypatch.delenv("HERO_AIBROKER_MODEL")
    assert "set HERO_AIBROKER_MODEL" in run_flow(FLOW, {"prompt": "Hello"}).error["message"]
    monkeypatch.delenv("HERO_AIBROKER_URL")
    assert run_flow(FLOW, {"prompt": "Hello"}).error["message"].startswith("HERO_AIBROKER_URL is not set")
