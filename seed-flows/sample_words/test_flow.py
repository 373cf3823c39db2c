"""sample_words counts."""

from __future__ import annotations

import json
import pathlib

import pytest

from hero_tracing.testing import assert_always_replay

HERE = pathlib.Path(__file__).parent
EXAMPLES = json.loads((HERE / "flow.json").read_text(encoding="utf-8"))["examples"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_examples(example: dict) -> None:
    assert assert_always_replay(HERE / "flow.py", example["input_values"]).output == example["expected_output"]
