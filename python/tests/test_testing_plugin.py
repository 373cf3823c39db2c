"""The pytest plugin: its fixtures, its option and its markers, as a project of an author uses them."""

from __future__ import annotations

import pytest

FLOW = """
from hero_tracing import flow
@flow
def step(n): return n
@flow
def main(): return [step(1), step(2), flow.pause("q")]
"""
STRAYS = """
from hero_tracing import flow
import pathlib
@flow
def step(n): return n
@flow
def main():
    with open("starts", "a") as file: file.write("x")
    return step(len(pathlib.Path("starts").read_text())) + flow.pause("q")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\naddopts = -p hero_tracing.testing._plugin\nfilterwarnings = error\n")
    pytester.makepyfile(my_flow=FLOW, strays=STRAYS)
    return pytester


def test_flow_runner_and_the_option(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_it="""
        import pathlib, pytest
        def test_runs(flow_runner, tmp_path, request):
            played = flow_runner("my_flow.py", answers={"q": 3})
            assert played.output == [1, 2, 3]
            assert played.runs == (5 if request.config.getoption("--always-replay") else 2)
        @pytest.mark.always_replay
        def test_marked(flow_runner):
            assert flow_runner("my_flow.py", answers={"q": 3}).runs == 5
        @pytest.mark.no_always_replay("counts runs")
        def test_not_marked(flow_runner):
            assert flow_runner("my_flow.py", answers={"q": 3}).runs == 2
    """
    )
    project.runpytest_inprocess("--strict-markers").assert_outcomes(passed=3)
    project.runpytest_inprocess("--strict-markers", "--always-replay").assert_outcomes(passed=3)


def test_a_divergence_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_it="""
        def test_strays(flow_runner):
            flow_runner("strays.py", answers={"q": 3})
    """
    )
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*This replay differs from what was recorded*"])


def test_recorded_play(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_it="""
        import pytest
        from hero_tracing.testing import RecordingMismatch, run_flow
        def test_replays(flow_runner, recorded_play, request):
            here = request.path.parent
            flow_runner("my_flow.py", answers={"q": 3}).export(here / "play.json")
            assert recorded_play("play.json").output == [1, 2, 3]
            assert recorded_play("play.json", flow="my_flow.py").output == [1, 2, 3]
            (here / "changed.py").write_text((here / "my_flow.py").read_text().replace("step(2)", "step(5)"))
            with pytest.raises(RecordingMismatch, match="the body of step 'step' .* not met is 'step'"):
                recorded_play("play.json", flow="changed.py")
    """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)
