"""A replay that does not do what was recorded is reported on the root span, and only then."""

from __future__ import annotations

import pytest
from conftest import PlayOf


def steps(body: str, *, helpers: str = "") -> str:
    lines = "\n".join("            " + line for line in body.strip().splitlines())
    return f"""
        import os
        again = os.path.exists("again")
        open("again", "w").close()
        @flow
        def step(name): return name
        @flow
        def group(names): return [step(name) for name in names]
        {helpers}
        @flow
        def main():
{lines}
            flow.pause("p")
            return 1
    """


CASES = {
    "a step in the middle is missing": ("step('a')\nif not again: step('b')\nstep('c')", "step", ""),
    "the last step is missing": ("step('a')\nif not again: step('b')", "step", ""),
    "another argument": ("step('a' if not again else 'z')\ngroup(['b'])", "step", "step"),
    "a new step comes first": ("if again: group([])\nstep('a')", "step", "group"),
    "a whole group is missing": ("if not again: group(['x', 'y'])\nstep('a')", "group", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_reported(play: PlayOf, case: str) -> None:
    body, expected, met = CASES[case]
    executor = play(steps(body))
    assert executor.run().code == 75
    executor.answer("p", 1)
    run = executor.run()
    (event,) = run.of("divergence")
    assert event["span_id"] == run.span("main")["span_id"]
    assert (event["expected"], event["met"]) == (expected, met)
    assert "flow.now()" in event["message"]
    if met:
        assert event["source_line"] > 0
    assert run.events.index(event) < run.events.index(run.of("span_end")[-1])


QUIET = {
    "the same again": "step('a')\ngroup(['x', 'y'])\nstep('b')",
    "more after the pause": "step('a')\nflow.pause('q')\nstep('b')",
    "a caught failure runs again": "try: boom()\nexcept ValueError: pass\nstep('a')",
    "parallel branches": "flow.gather(lambda: [step('a'), flow.pause('q'), step('n')], lambda: [step('b'), step('c')])",
}


@pytest.mark.parametrize("case", QUIET)
def test_quiet(play: PlayOf, case: str) -> None:
    executor = play(steps(QUIET[case], helpers="@flow\n        def boom(): raise ValueError"))
    for _ in range(3):
        run = executor.run()
        assert not run.of("divergence")
        for pause in executor.pauses.values():
            executor.answers[pause["resume_id"]] = {"id": pause["resume_id"], "name": "x", "payload": "1"}
    assert run.code == 0


def test_an_unfinished_step_that_is_not_met_again(play: PlayOf) -> None:
    executor = play("""
        import os
        @flow
        def part(): return 1
        @flow
        def work():
            part()
            return flow.pause("p")
        @flow
        def main():
            if os.path.exists("again"): return "short cut"
            open("again", "w").close()
            return work()
    """)
    executor.run()
    (event,) = executor.run().of("divergence")
    assert event["expected"] == "part"


def test_without_the_column_within_only_what_is_certain_is_reported(play: PlayOf) -> None:
    executor = play(steps("group(['x'])\nstep('a')\nif not again: step('b')"))
    executor.run()
    executor.answer("p", 1)
    for record in executor.steps.values():
        record.pop("within", None)
    run = executor.run()
    assert [e["expected"] for e in run.of("divergence")] == ["step"]
