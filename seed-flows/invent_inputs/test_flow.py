"""invent_inputs gives inputs that fit the declaration; what does not is said to the model, which is asked for others; a model that gives none fails it."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}
INPUTS = [
    {"name": "size", "type": "integer", "required": True, "schema": {"minimum": 1, "maximum": 9}},
    {"name": "kind", "type": "string", "required": False, "schema": {"enum": ["a", "b"]}},
    {"name": "any", "type": "", "required": False},
]
ASKED = {"workflow": "w", "inputs": INPUTS, "examples": [{"size": 1}], "count": 3}


def reply(*inputs: Any) -> dict[str, Any]:
    return {"text": json.dumps({"inputs": inputs}), "times": 1}


def test_what_does_not_fit_is_said_and_asked_for_again(broker) -> None:
    first = reply({"size": 2.0, "any": [None]}, {"size": 1}, {"size": True}, {"kind": "a"}, {"size": 10}, {"size": 3, "x": 1}, 7)
    double = broker(first, reply({"size": 4, "kind": "c"}, {"size": 5, "kind": "b"}), reply({"size": 6}, {"size": 7}))
    played = run_flow(FLOW, ASKED, library=LIBRARY)
    assert played.output == [{"size": 2.0, "any": [None]}, {"size": 5, "kind": "b"}, {"size": 6}]
    asked = [request["body"]["messages"][-1]["content"] for request in double.requests]
    assert asked[0].startswith("Write 3 inputs.") and '"maximum": 9' in asked[0] and '"has": [{"size": 1}]' in asked[0]
    for problem in (
        "2: it was there already",
        "3: size must be of type integer",
        "4: size is missing",
        "5: size must be at most 9",
        "6: x is no input",
        "7: it is no object of inputs",
        "Write 2 others",
    ):
        assert problem in asked[1]
    assert '1: kind must be one of ["a", "b"]' in asked[2] and "Write 1 others" in asked[2]
    assert [line.text for line in played.logs][-1] == 'left out: 1: kind must be one of ["a", "b"]'


def test_texts_and_lists_are_bounded_and_a_bare_list_will_do(broker) -> None:
    broker({"text": '[{"t": "abc", "l": [1]}, {"t": "", "l": [1]}, {"t": "x1", "l": [1]}, {"t": "ab", "l": []}]'})
    fields = [
        {"name": "t", "type": "string", "required": True, "schema": {"minLength": 1, "pattern": "^[a-z]*$"}},
        {"name": "l", "type": "array", "required": True, "schema": {"minItems": 1}},
    ]
    played = assert_always_replay(FLOW, {"workflow": "w", "inputs": fields, "count": 1}, library=LIBRARY)
    assert played.output == [{"t": "abc", "l": [1]}]
    assert [line.text for line in played.logs][:3] == [
        "left out: 2: t must have a length of at least 1",
        "left out: 3: t must match ^[a-z]*$",
        "left out: 4: l must have a length of at least 1",
    ]


def test_a_model_that_gives_nothing_fails_it(broker, monkeypatch) -> None:
    broker({"text": '{"answer": 1}', "times": 3}, {"text": '{"inputs": []}'})
    failed = run_flow(FLOW, ASKED, library=LIBRARY)
    assert 'no usable input in 3 replies: the reply has to be an object with the list "inputs"' in failed.error["message"]
    assert "none at all" in run_flow(FLOW, ASKED, library=LIBRARY).error["message"]
    bare = run_flow(FLOW, {"workflow": "w", "inputs": []}, library=LIBRARY)
    assert bare.error["message"] == "'w' has no inputs, so there is nothing to think of"


def test_malformed_replies_and_no_endpoint(broker, monkeypatch) -> None:
    broker({"text": "Sure! Here they are.", "times": 1}, {"fault": "malformed", "times": 1}, reply({"size": 2}))
    played = run_flow(FLOW, {**ASKED, "count": 1}, library=LIBRARY)
    assert played.output == [{"size": 2}]
    monkeypatch.delenv("HERO_AIBROKER_URL")
    failed = run_flow(FLOW, ASKED, library=LIBRARY)
    assert "HERO_AIBROKER_URL is not set" in failed.error["message"]
