"""`flow.call`: a service is asked once; its reply is the same on each replay, and a refusal is an error with its reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import PlayOf

from hero_tracing import flow
from hero_tracing.testing import PlayFailed, run_flow

ASKING = """
    @flow
    def main(query):
        hits = flow.call("flow_library_search", query=query, limit=2)
        flow.pause("p")
        return hits["workflow_sids"]
"""


def test_a_reply_is_recorded(play: PlayOf) -> None:
    executor = play(ASKING)
    asked: list[dict[str, Any]] = []

    def on_call(event: dict[str, Any]) -> dict[str, Any]:
        asked.append(event)
        return {"result": {"workflow_sids": ["01a", "01b"]}}

    executor.on_call = on_call
    first = executor.run(query="invoice")
    assert first.code == 75
    (call,) = asked
    assert call["method"] == "flow_library_search" and json.loads(call["params"]) == {"query": "invoice", "limit": 2}
    assert call["span_id"] == first.span("flow_library_search")["span_id"]
    executor.answer("p", None)
    second = executor.run(query="invoice")
    assert second.output == ["01a", "01b"] and len(asked) == 1
    assert second.statuses()["flow_library_search"] == "replayed"


def test_a_refusal_has_a_reason(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            try:
                flow.call("workflow_create", name="x")
            except flow.CallFailed as error:
                return [error.method, error.reason, str(error)]
    """)
    executor.on_call = lambda event: {"error": {"reason": "PERMISSION_DENIED", "message": "not allowed"}}
    run = executor.run()
    assert run.output == ["workflow_create", "PERMISSION_DENIED", "workflow_create: not allowed"]
    assert run.statuses()["workflow_create"] == "failed"


def test_parameters_are_json(play: PlayOf) -> None:
    run = play("@flow\ndef main(): flow.call('example_upsert', input_values=object())").run()
    assert run.error["type"] == "TypeError" and "params.input_values is of type object" in run.error["message"]


def test_where_there_is_no_service(play: PlayOf) -> None:
    with pytest.raises(RuntimeError, match=r"flow.call\('pick_version'\) needs a play"):
        flow.call("pick_version")

    @flow
    def asks() -> Any:
        return flow.call("pick_version", workflow_sid="01w")

    with pytest.raises(PlayFailed, match="a test has no services: give replace="):
        run_flow(asks).raise_for_status()
    played = run_flow(asks, replace={"pick_version": lambda method, params: [method, params]})
    assert played.output == ["pick_version", {"workflow_sid": "01w"}]
