"""pattern_sub_flow: a sub-flow in this process, a play of its own, and one whose failure is caught."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay

HERE = pathlib.Path(__file__).parent
LIBRARY = {name: HERE.parent / name / "flow.py" for name in ("pattern_map", "pattern_loop")}


def test_other_flows() -> None:
    played = assert_always_replay(HERE / "flow.py", library=LIBRARY)
    assert played.output == {"words": 3, "turns": 2, "failure": "never was not ready after 1 looks"}
    assert {span.name for span in played.spans if span.kind == "subflow"} == {"pattern_map", "pattern_loop"}
