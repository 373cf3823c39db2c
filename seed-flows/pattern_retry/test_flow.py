"""pattern_retry: all attempts are one span; it gives up after the last; what cannot get better is not asked again."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_attempts(tmp_path: pathlib.Path) -> None:
    for folder in ("a", "b", "c", "d"):
        (tmp_path / folder).mkdir()
    played = run_flow(FLOW, {"fails": 2}, folder=tmp_path / "a")
    assert played.output["name"] == "Ada" and len(played.span("fetch").attempts) == 3
    gave_up = run_flow(FLOW, {"fails": 9}, folder=tmp_path / "b")
    assert gave_up.error["message"] == "the service did not answer (attempt 5)"
    refused = run_flow(FLOW, {"customer": ""}, folder=tmp_path / "c")
    assert refused.error["message"] == "the customer has no number" and len(refused.span("fetch").attempts) <= 1
    assert_always_replay(FLOW, {"fails": 0}, folder=tmp_path / "d")
