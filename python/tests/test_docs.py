"""The example of docs/testing.md works as it is written."""

from __future__ import annotations

import re

import pytest
from fake_executor import PYTHON_FOLDER


def test_the_guide(pytester: pytest.Pytester) -> None:
    text = (PYTHON_FOLDER.parent / "docs" / "testing.md").read_text(encoding="utf-8")
    refund, tests = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    pytester.makeini("[pytest]\naddopts = -p hero_tracing.testing._plugin\nfilterwarnings = error\n")
    pytester.makepyfile(refund=refund, test_refund=tests)
    pytester.runpytest_inprocess().assert_outcomes(passed=5)
    pytester.runpytest_inprocess("--always-replay").assert_outcomes(passed=5)
