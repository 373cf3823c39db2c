"""A dry replay says whether a source still meets what was recorded, and where they part; it runs no step and records nothing.

The executor's part (which spans it names in the file) is proved in services/executor; here the file is made from what the
runs before have sent.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import PlayOf
from fake_executor import FakeExecutor, Run

FLOW = """
    def ran(what): open("ran", "a").write(what + " ")
    @flow
    def a(): ran("a"); return 1
    @flow
    def b(): ran("b"); return 2
    @flow
    def leaf(n): ran(f"leaf{n}"); return n
    @flow
    def ask(n):
        leaf(n)
        ran(f"in-ask{n}")
        return flow.pause("go")
    @flow
    def main():
        a()
        b()
        leaf(3)
        return [ask(1), leaf(9)]
"""


def dry(executor: FakeExecutor, runs: list[Run], source: str | None = None) -> tuple[dict[str, Any], str]:
    """The report, and what ran in it."""
    file = executor.folder / "flow.py"
    if source is not None:
        file.write_text(source, encoding="utf-8")
    (executor.folder / "known").write_text("".join(json.dumps(line) + "\n" for line in known(executor, runs)))
    marks = executor.folder / "ran"
    marks.write_text("")
    root = next(e["span_id"] for e in runs[0].events if e.get("kind") == "flow_root")
    recorded = executor.steps
    executor.steps = {k: s for k, s in recorded.items() if s["span_id"] != root or s["name"].startswith("flow.")}
    executor.ignore = True
    executor.env = {"HERO_REPLAY_DRY": "known"}
    try:
        run = executor.run()
    finally:
        executor.steps, executor.env, executor.ignore = recorded, {}, False
    (report,) = run.of("dry_replay")
    return report, marks.read_text()


def known(executor: FakeExecutor, runs: list[Run]) -> list[dict[str, Any]]:
    spans: dict[str, dict[str, Any]] = {}
    for run in runs:
        for span_id, span in run.spans().items():
            spans[span_id] = {**spans.get(span_id, {}), **span}
    done = {s["span_id"] for s in executor.steps.values() if not s["name"].startswith("flow.")}
    root = next(i for i, s in spans.items() if s["kind"] == "flow_root")
    done.discard(root)
    inner: dict[str, int] = {}

    def above(span_id: str) -> list[str]:
        parent = spans[span_id]["parent_id"]
        return [parent, *above(parent)] if parent else []

    for span_id, span in spans.items():
        if (span_id in done or span["kind"] == "pause") and not done.intersection(above(span_id)):
            for parent in above(span_id):
                inner[parent] = inner.get(parent, 0) + 1
    lines = []
    for order, (span_id, span) in enumerate(spans.items()):
        if span["kind"] == "pause" or done.intersection(above(span_id)):
            continue
        line = {"span_id": span_id, "order": order, "inner": inner.get(span_id, 0)}
        if span_id not in done and span["status"] == "failed":
            line["error"] = span["error"]
        lines.append(line)
    return lines


def line_of(executor: FakeExecutor, text: str, nth: int = 0) -> int:
    lines = (executor.folder / "flow.py").read_text().splitlines()
    return [n for n, line in enumerate(lines, 1) if text in line][nth]


def test_a_waiting_play_matches_and_nothing_runs(play: PlayOf) -> None:
    executor = play(FLOW)
    runs = [executor.run()]
    report, ran = dry(executor, runs)
    assert (report["message"], report["matched"], report["recorded"]) == ("", 4, 4)
    assert report["reached"] == 'the question "go"'
    assert ran == "in-ask1 ", "the body of the step under way is met again, as on each resume"
    executor.answer("go", 1)
    runs.append(executor.run())
    report, ran = dry(executor, runs)
    assert (report["message"], report["matched"], report["recorded"], report["reached"]) == ("", 6, 6, "the end")
    assert ran == "", "skipped steps are not entered"


def test_what_is_under_way_is_left_after_the_last_thing_that_is_known(play: PlayOf) -> None:
    executor = play("""
        @flow
        def leaf(n): return n
        @flow
        def both():
            leaf(1)
            flow.pause("q")
            open("ran", "a").write("after the answer ")
            send()
        @flow
        def send(): open("ran", "a").write("send "); raise SystemExit(3)
        @flow
        def main(): both()
    """)
    runs = [executor.run()]
    executor.answer("q", 1)
    executor.die_after = lambda event: event["event"] == "span_start" and event["name"] == "send"
    runs.append(executor.run())
    executor.die_after = None
    report, ran = dry(executor, runs)
    assert (report["matched"], report["recorded"], report["message"], ran) == (1, 1, "", "")
    assert report["reached"] == 'the part of the step "both" that had not completed'


def test_a_step_that_was_under_way_is_not_run(play: PlayOf) -> None:
    executor = play("""
        @flow
        def a(): return 1
        @flow
        def send(): open("ran", "a").write("send ")
        @flow
        def main(): a(); send()
    """)
    executor.die_after = lambda event: event["event"] == "span_start" and event["name"] == "send"
    runs = [executor.run()]
    executor.die_after = None
    report, ran = dry(executor, runs)
    assert (report["matched"], report["message"], ran) == (1, "", "")
    assert report["reached"] == 'the step "send", which had not completed'


@pytest.mark.parametrize(
    ("old", "new", "expected", "met", "line"),
    [
        ("    b()\n    leaf(3)", "    b2()\n    leaf(3)", "b", "b2", "    b2()"),
        ("    a()\n    b()", "    b()\n    a()", "a", "b", "    b()"),
        ("    b()\n    leaf(3)", "    leaf(3)", "b", "leaf", "    leaf(3)"),
        ("    leaf(3)\n", "", "leaf", "", "    return flow.pause"),
        ("    leaf(3)", "    leaf(4)", "leaf", "leaf", "    leaf(4)"),
    ],
    ids=["renamed", "swapped", "removed", "the last removed", "another argument"],
)
def test_where_they_part(play: PlayOf, old: str, new: str, expected: str, met: str, line: str) -> None:
    executor = play(FLOW)
    runs = [executor.run()]
    source = (executor.folder / "flow.py").read_text()
    assert old in source
    changed = source.replace(old, new) + "\n@flow\ndef b2(): ran('b2')\n"
    report, ran = dry(executor, runs, changed)
    assert (report["expected"], report["met"]) == (expected, met or report["met"])
    if met:
        assert (report["source_file"], report["source_line"]) == ("flow.py", line_of(executor, line))
        assert f"line {report['source_line']}" in report["message"]
    assert expected in report["message"]
    assert not set(ran.split()) - {"in-ask1"}


def test_branches_run_no_bodies_and_are_all_followed(play: PlayOf) -> None:
    executor = play("""
        @flow
        def leaf(n): open("ran", "a").write(f"leaf{n} "); return n
        @flow
        def main():
            return flow.gather(lambda: [leaf(1), flow.pause("q"), leaf(4)], lambda: [leaf(2), leaf(5)], lambda: leaf(6))
    """)
    runs = [executor.run()]
    source = (executor.folder / "flow.py").read_text()
    report, ran = dry(executor, runs)
    assert (report["matched"], report["recorded"], report["message"], ran) == (4, 4, "", "")
    report, ran = dry(executor, runs, source.replace("leaf(6)", "leaf(7)").replace("leaf(2)", "leaf(8)"))
    assert (report["expected"], ran) == ("leaf", "")
    assert report["matched"] == 1


def test_async_branches(play: PlayOf) -> None:
    executor = play("""
        import asyncio
        @flow
        async def leaf(n):
            await asyncio.sleep(0.01 * (3 - n)); open("ran", "a").write(f"leaf{n} "); return n
        @flow
        async def main():
            await asyncio.gather(leaf(1), leaf(2))
            await asyncio.gather(leaf(0), later())
        async def later():
            flow.pause("q")
    """)
    report, ran = dry(executor, [executor.run()])
    assert (report["matched"], report["recorded"], report["message"], ran) == (3, 3, "", "")


def test_a_step_that_failed_fails_again(play: PlayOf) -> None:
    executor = play("""
        class Own(ValueError): pass
        @flow
        def bad(): open("ran", "a").write("bad "); raise Own("no luck")
        @flow
        def good(): open("ran", "a").write("good "); return 1
        @flow
        def outer(): good(); bad()
        @flow
        def main():
            try: bad()
            except Own as error: text = str(error)
            try: outer()
            except Own: pass
            good()
            raise flow.Failed(text)
    """)
    runs = [executor.run()]
    assert runs[0].error["message"] == "no luck"
    report, ran = dry(executor, runs)
    assert (report["matched"], report["recorded"], report["message"], ran) == (2, 2, "", "")
    assert report["reached"] == "the error Failed: no luck"


def test_times_and_sleeps_that_are_recorded(play: PlayOf) -> None:
    executor = play("""
        @flow
        def leaf(n): return n
        @flow
        def main():
            flow.now(); flow.sleep(0.01); leaf(flow.random()); flow.sleep(3600)
    """)
    report, _ = dry(executor, [executor.run()])
    assert (report["matched"], report["recorded"], report["message"], report["reached"]) == (1, 1, "", "a sleep")


def test_a_sub_flow_and_a_retry_that_is_not_due(play: PlayOf) -> None:
    executor = play("""
        @flow(retries=2, retry_delay=3600)
        def flaky(): open("ran", "a").write("flaky "); raise ValueError
        @flow
        def main(): flow.invoke("double", n=2); flaky()
    """)
    executor.publish("double", "from hero_tracing import flow\n@flow\ndef double(n): return n * 2", "v2")
    report, ran = dry(executor, [executor.run()])
    assert (report["matched"], report["recorded"], report["message"], ran) == (1, 1, "", "")
    assert report["reached"] == "the retry of flaky"


@pytest.mark.parametrize(
    ("source", "words"),
    [("def f(:", "SyntaxError"), ("x = 1", "no usable @flow"), ("import nothing_like_this", "ModuleNotFoundError")],
)
def test_a_version_that_cannot_be_run(play: PlayOf, source: str, words: str) -> None:
    executor = play(FLOW)
    report, _ = dry(executor, [executor.run()], source)
    assert words in report["message"]
    assert report["matched"] == 0


def test_an_optional_record_is_used_and_not_missed(play: PlayOf) -> None:
    executor = play(FLOW.replace("def main():", "def main():\n        import os").replace("        b()\n", "        os.path.exists('again') or b()\n"))
    executor.run()
    (executor.folder / "again").write_text("")
    executor.answer("go", 1)
    for step in executor.steps.values():
        step["within"] = step.get("within", "") + "\toptional"
    run = executor.run()
    assert run.code == 0
    assert not run.of("divergence")
    assert run.statuses()["a"] == "replayed"
