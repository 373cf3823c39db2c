"""pick_service searches first, asks the model only when something was found, and takes only what was found."""

from __future__ import annotations

import pathlib
from typing import Any

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}
FIELD = {"name": "text", "field_type": "FIELD_TYPE_STRING", "required": True, "description": "any text"}


def hit(name: str, description: str) -> dict[str, Any]:
    return {"workflow_sid": f"01{name}", "name": name, "description": description, "inputs": [FIELD], "outputs": []}


ASKED: list[dict[str, Any]] = []


def search(method: str, params: dict[str, Any]) -> dict[str, Any]:
    ASKED.append(params)
    known = [hit("service_agent", "words words"), hit("sample_words", "count words"), hit("shout", "in capital letters")]
    words = params["query"].lower().split()
    return {"hits": [one for one in known if any(word in one["name"] + one["description"] for word in words)]}


REPLACE = {"flow_library_search": search}


def test_it_chooses_among_what_it_found(broker) -> None:
    ASKED.clear()
    double = broker({"text": '{"services": [{"name": "sample_words", "why": "counts words"}], "confidence": 0.9}'})
    played = assert_always_replay(FLOW, {"request": "please count words"}, library=LIBRARY, replace=REPLACE)
    assert [(one["name"], one["why"]) for one in played.output["services"]] == [("sample_words", "counts words")]
    assert played.output["confidence"] == 0.9
    assert {asked["query"] for asked in ASKED} == {"please count words"}, "one search with the whole request"
    assert [one["name"] for one in played.output["candidates"]] == ["sample_words"], "tools of the agent are no services"
    assert played.output["services"][0]["inputs"] == [
        {"name": "text", "type": "string", "required": True, "description": "any text"}
    ]
    assert "sample_words(text: string): count words" in double.requests[0]["body"]["messages"][1]["content"]


def test_a_bad_choice_is_fed_back(broker) -> None:
    double = broker(
        {"text": '{"services": [{"name": "nobody"}], "confidence": 1}', "times": 1},
        {"text": '{"services": [], "confidence": 2}', "times": 1},
        {"text": '{"services": [], "confidence": 0.2}', "times": 1},
        {"text": "[]"},
    )
    played = run_flow(FLOW, {"request": "words"}, library=LIBRARY, replace=REPLACE)
    assert played.output["services"] == [] and played.output["confidence"] == 0.2
    assert "there is no service nobody; there are sample_words" in double.requests[1]["body"]["messages"][-1]["content"]
    failed = run_flow(FLOW, {"request": "words"}, library=LIBRARY, replace=REPLACE)
    assert "no usable choice in three replies" in failed.error["message"]


def test_nothing_found_needs_no_model() -> None:
    played = run_flow(FLOW, {"request": "bake bread"}, library=LIBRARY, replace=REPLACE)
    assert played.output == {"services": [], "confidence": 1.0, "candidates": []}
