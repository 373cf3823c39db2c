"""rate_request gives the number of the model, and fails when it gives none."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}


def test_ratings(broker) -> None:
    double = broker({"when": "a hard one", "text": '{"difficulty": 0.9}'}, {"when": "an odd one", "text": '{"difficulty": 7}'})
    assert assert_always_replay(HERE / "flow.py", {"request": "a hard one"}, library=LIBRARY).output == 0.9
    failed = run_flow(HERE / "flow.py", {"request": "an odd one"}, library=LIBRARY)
    assert "no number from 0 to 1" in failed.error["message"]
    assert double.requests[0]["body"]["model"] == "small"


def test_without_an_endpoint(monkeypatch) -> None:
    monkeypatch.delenv("HERO_AIBROKER_URL", raising=False)
    failed = run_flow(HERE / "flow.py", {"request": "x"}, library=LIBRARY)
    assert failed.error["type"] == "ChildFailed" and "HERO_AIBROKER_URL is not set" in failed.error["message"]
