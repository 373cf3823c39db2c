"""`broker(*rules)`: a local endpoint for models, which the flows of the test find in their environment."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_FILE = pathlib.Path(__file__).parent / "testing" / "openai_double.py"
KEY = "sk-of-the-tests-0123456789"


def _double() -> Any:
    spec = importlib.util.spec_from_file_location("openai_double", _FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.OpenAiDouble


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    started: list[Any] = []

    def start(*rules: dict[str, Any]) -> Any:
        double = _double()(list(rules)).start()
        started.append(double)
        monkeypatch.setenv("HERO_AIBROKER_URL", double.url)
        monkeypatch.setenv("HERO_AIBROKER_KEY", KEY)
        monkeypatch.setenv("HERO_AIBROKER_MODEL", "small")
        return double

    yield start
    for double in started:
        double.stop()
