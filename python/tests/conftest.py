from __future__ import annotations

import functools
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from typing import Any

import always_replay
import pytest
from fake_executor import FakeExecutor

import hero_tracing.testing
from hero_tracing.testing import Played

pytest_plugins = ["hero_tracing.testing._plugin", "pytester"]

_passed = pytest.StashKey[bool]()

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
        made = FakeExecutor(
            folder, "from hero_tracing import ask_user, flow, instrument\n" + _dedent(source), name=name
        )
        _plays.append(made)
        return made

    return make


_plays: list[FakeExecutor | Played] = []
_run_flow = hero_tracing.testing.run_flow


@functools.wraps(_run_flow)
def _noted(*args: Any, **options: Any) -> Played:
    played = _run_flow(*args, **options)
    _plays.append(played)
    return played


# Before any test imports it.
hero_tracing.testing.run_flow = _noted


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_passed] = report.passed
    return report


@pytest.fixture(autouse=True)
def always_replay_again(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path
) -> Iterator[None]:
    """The plays of the test once more: see always_replay.py."""
    _plays.clear()
    yield
    if not request.node.stash.get(_passed, False) or always_replay.reason_of(request.node):
        return
    for number, one in enumerate(_plays):
        if (seen := always_replay.seen_of(one)) is not None:
            always_replay.check(seen, folder / str(number), monkeypatch)


def _dedent(source: str) -> str:
    import textwrap

    return textwrap.dedent(source)
