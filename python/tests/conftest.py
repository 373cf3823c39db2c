from __future__ import annotations

import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator

import pytest
from fake_executor import FakeExecutor

pytest_plugins = ["hero_tracing.testing._plugin", "pytester"]

PlayOf = Callable[..., FakeExecutor]


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """A work folder with a short path: a socket's path has little room."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="hero"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def play(folder: pathlib.Path) -> PlayOf:
    """`play(source)`: a play of that source with an executor of its own."""

    def make(source: str, *, name: str = "main") -> FakeExecutor:
        return FakeExecutor(
            folder, "from hero_tracing import ask_user, flow, instrument\n" + _dedent(source), name=name
        )

    return make


def _dedent(source: str) -> str:
    import textwrap

    return textwrap.dedent(source)
