"""The pytest plugin (entry point `pytest11`): fixtures for flows, and the option that runs every flow under always_replay."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ._played import Played, PlayFailed, run_flow
from ._recorded import Replayed, load_recorded

_SKIP = "no_always_replay"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("hero_tracing", "durable flows").addoption(
        "--always-replay",
        action="store_true",
        help="flow_runner stops each play after every recorded step and starts it again from the top",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "always_replay: flow_runner stops the plays of this test after every recorded step"
    )
    config.addinivalue_line("markers", f"{_SKIP}(reason): the flows of this test run undisturbed under --always-replay")


@pytest.fixture
def flow_runner(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[Callable[..., Played]]:
    """`run_flow` for this test: paths are relative to the test's file, the current folder of the flows is `tmp_path`,
    and a play that diverged fails the test."""
    node = request.node
    asked = node.get_closest_marker("always_replay") or request.config.getoption("--always-replay")
    always_replay = bool(asked) and node.get_closest_marker(_SKIP) is None
    here = request.path.parent
    plays: list[Played] = []

    def run(flow: Any, inputs: dict[str, Any] | None = None, **options: Any) -> Played:
        options = {"always_replay": always_replay, "folder": tmp_path, "beside": here, **options}
        played = run_flow(flow, inputs, **options)
        plays.append(played)
        return played

    yield run
    for played in plays:
        if played.divergences:
            raise PlayFailed(played.divergences[0])


@pytest.fixture
def recorded_play(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Callable[..., Replayed]:
    """`recorded_play("plays/order.json", flow="order.py")` replays a recorded play against the present flow (default:
    the recorded source). Paths are relative to the test's file."""
    here = request.path.parent

    def replay(path: str, flow: Any = None, **options: Any) -> Replayed:
        return load_recorded(here / path).replay(flow, **{"beside": here, "folder": tmp_path, **options})

    return replay
