"""One folder, measured by hand and by the flow."""

from __future__ import annotations

import json
import pathlib

import pytest

from hero_tracing.testing import assert_always_replay

HERE = pathlib.Path(__file__).parent
EXAMPLES = json.loads((HERE / "flow.json").read_text(encoding="utf-8"))["examples"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_examples(example: dict) -> None:
    played = assert_always_replay(HERE / "flow.py", example["input_values"])
    assert played.output == example["expected_output"]
    assert played.steps == {"by_author": [{"Ada": 12, "Grace": 10}], "busiest_month": ["2026-01"]}
    assert played.span("folder_churn").title == "Measure src"


def test_a_folder_without_a_change(flow_runner) -> None:
    output = flow_runner("flow.py", {"folder": "empty", "rows": []}).output
    assert output["main_author"] == "" and output["share"] == 0.0 and output["busiest_month"] == ""
