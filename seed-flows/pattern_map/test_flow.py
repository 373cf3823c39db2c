"""pattern_map: results in the order of the items, and each branch once over all replays."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay

FLOW = pathlib.Path(__file__).parent / "flow.py"


def test_in_order() -> None:
    played = assert_always_replay(FLOW, {"texts": ["a b", "c", ""], "at_once": 2})
    assert [row["words"] for row in played.output["rows"]] == [2, 1, 0] and played.output["words"] == 3
    assert len(played.steps["measure"]) == 3
