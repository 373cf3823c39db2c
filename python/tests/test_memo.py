"""A completed step is recorded, durable before the next body, and never run again."""

from __future__ import annotations

import json
import socket

from conftest import PlayOf

from hero_tracing._wire import Connection
from hero_tracing.testing._executor import told

SOURCE = """
    import pathlib
    def ran(what):
        with open("ran", "a") as f: f.write(what + "\\n")

    @flow
    def load(n: int):
        ran(f"load {n}")
        return {"n": n, "pair": (n, n + 1)}

    @flow
    def main(count: int = 2):
        rows = [load(i) for i in range(count)]
        rows.append(load(0))
        answer = flow.pause("go on?")
        return {"rows": rows, "answer": answer}
"""


def test_a_replay_returns_recorded_outputs_and_runs_nothing_again(play: PlayOf) -> None:
    executor = play(SOURCE)
    first = executor.run(count=2)
    assert first.code == 75
    assert first.statuses()["main"] == "awaiting_resume"
    assert len(first.of("step_output")) == 3
    executor.answer("go on?", {"ok": True})
    second = executor.run(count=2)
    assert second.output == {
        "rows": [{"n": 0, "pair": [0, 1]}, {"n": 1, "pair": [1, 2]}, {"n": 0, "pair": [0, 1]}],
        "answer": {"ok": True},
    }
    assert (executor.folder / "ran").read_text().split("\n")[:-1] == ["load 0", "load 1", "load 0"]
    replayed = second.of("span_start", replayed=True)
    ids = [e["span_id"] for e in first.of("span_start", name="load")]
    assert [e["span_id"] for e in replayed] == ids and len(set(ids)) == 3
    assert not second.of("divergence")
    assert second.span("go on?")["status"] == "ok"
    assert second.span("main")["span_id"] == first.span("main")["span_id"]


def test_equal_calls_in_a_loop_keep_their_own_values(play: PlayOf) -> None:
    executor = play("""
        counter = iter(range(100, 200))
        @flow
        def draw():
            return next(counter)
        @flow
        def main():
            values = [draw() for _ in range(3)]
            flow.pause("p")
            return values + [draw()]
    """)
    assert executor.run().code == 75
    executor.answer("p", None)
    assert executor.run().output == [100, 101, 102, 100]


def test_the_same_arguments_by_name_or_position_or_default_are_one_call(play: PlayOf) -> None:
    executor = play("""
        @flow
        def add(a, b=2, *, c=3): return a + b + c
        @flow
        def main():
            return [add(1), add(1, 2), add(a=1, b=2), add(1, c=3), add(1, b=5)]
    """)
    run = executor.run()
    assert run.output == [6, 6, 6, 6, 9]
    inputs = {e["input"] for e in run.of("span_start", name="add")}
    assert inputs == {'{"a":1,"b":2,"c":3}', '{"a":1,"b":5,"c":3}'}


def test_an_output_is_durable_before_the_next_body(play: PlayOf) -> None:
    """With an executor that never acknowledges, no second body runs."""
    executor = play("""
        import os, threading
        @flow
        def one(): return 1
        @flow
        def two(): open("two", "w").close()
        @flow
        def main():
            threading.Timer(0.3, lambda: os._exit(9)).start()
            one()
            two()
    """)
    executor.ack = False
    run = executor.run()
    assert run.code == 9
    assert len(run.of("step_output")) == 1
    assert not (executor.folder / "two").exists()


def test_a_crash_reruns_at_most_the_step_under_way(play: PlayOf) -> None:
    executor = play("""
        import os
        @flow
        def step(n):
            with open("ran", "a") as f: f.write(f"{n} ")
            if n == 2 and not os.path.exists("crashed"):
                open("crashed", "w").close()
                os._exit(9)
            return n * 10
        @flow
        def main():
            return [step(n) for n in range(4)]
    """)
    assert executor.run().code == 9
    second = executor.run()
    assert second.output == [0, 10, 20, 30]
    assert (executor.folder / "ran").read_text() == "0 1 2 2 3 "
    assert not second.of("divergence")


def test_nested_steps_of_a_recorded_step_are_skipped_and_expected_by_nobody(play: PlayOf) -> None:
    executor = play("""
        @flow
        def inner(n): return n
        @flow
        def outer(n): return sum(inner(i) for i in range(n))
        @flow
        def main():
            with flow.step("part", unit="kg"):
                total = outer(3)
            flow.pause("p")
            return total
    """)
    first = executor.run()
    assert first.code == 75
    executor.answer("p", 1)
    second = executor.run()
    assert second.output == 3
    assert not second.of("divergence")
    assert [e["name"] for e in second.of("span_start", replayed=True)] == ["outer"]
    assert first.span("part")["tags"] == {"unit": "kg"}
    assert first.span("part")["span_id"] == second.span("part")["span_id"]
    assert first.span("outer")["parent_id"] == first.span("part")["span_id"]


def test_once_now_uuid_and_random_are_recorded(play: PlayOf) -> None:
    executor = play("""
        import time
        @flow
        def main():
            values = [flow.now().isoformat(), flow.uuid(), flow.uuid(), flow.random(), flow.once("t", time.time_ns)]
            assert flow.now().tzinfo is not None and 0 <= values[3] < 1 and values[1] != values[2]
            with open("seen", "a") as f: f.write(repr(values) + "\\n")
            flow.pause("p")
            return values
    """)
    assert executor.run().code == 75
    executor.answer("p", 1)
    second = executor.run()
    assert second.code == 0 and not second.of("divergence")
    lines = (executor.folder / "seen").read_text().splitlines()
    assert len(lines) == 2 and lines[0] == lines[1]


def test_memo_false_runs_again_and_may_return_anything(play: PlayOf) -> None:
    executor = play("""
        @flow(memo=False)
        def connect():
            with open("ran", "a") as f: f.write("x")
            return object()
        @flow
        def use(client): return type(client).__name__
        @flow
        def main():
            name = use(connect())
            flow.pause("p")
            return name
    """)
    executor.run()
    executor.answer("p", 1)
    second = executor.run()
    assert second.output == "object"
    assert (executor.folder / "ran").read_text() == "xx"
    assert not second.of("divergence")


def test_methods_and_arguments_that_are_not_json_identify_calls_by_type(play: PlayOf) -> None:
    executor = play(
        """
        class Shop:
            @flow
            def price(self, item, *more, **named): return [item, list(more), named]
        @flow
        def main():
            shop = Shop()
            rows = [shop.price("a", {1, 2}, b=float("nan")), shop.price(item="b")]
            flow.pause("p")
            return rows
    """.replace("return [item, list(more), named]", "return [item, len(more), sorted(named)]")
    )
    executor.run()
    executor.answer("p", 1)
    second = executor.run()
    assert second.output == [["a", 1, ["b"]], ["b", 0, []]]
    assert len(second.of("span_start", replayed=True)) == 2


def test_the_recorded_entry_ends_a_play_at_once(play: PlayOf) -> None:
    executor = play("@flow\ndef main(): return 5")
    assert executor.run().output == 5
    again = executor.run()
    assert again.code == 0
    assert again.of("span_start")[0]["replayed"] is True


def test_a_step_is_seen_while_its_body_runs(play: PlayOf) -> None:
    executor = play("""
        import os
        @flow
        def long():
            flow.current_span.log("half way")
            os.kill(os.getpid(), 9)
        @flow
        def main(): long()
    """)
    run = executor.run()
    assert run.code == -9
    assert run.statuses() == {"main": "running", "long": "running"}
    assert run.of("span_log")[0]["text"] == "half way"


def test_hits_that_follow_each_other_share_a_line_and_come_before_what_is_sent_next() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        conn = Connection(ours)
        for span_id in ("a", "b"):
            conn.hit(span_id, "p", '"step"', "step")
        conn.hit("c", "b", '"other"', "subflow")
        conn.send("span_log", ',"span_id":"c"')
        conn.hit("d", "p", '"step"', "step")
        conn.flush()
        lines = [json.loads(line) for line in theirs.recv(65536).splitlines()]
    assert [(line["seq"], line["event"], line.get("also")) for line in lines] == [
        (1, "span_start", ["b", ["c", "b", "other", "subflow"]]),
        (2, "span_log", None),
        (3, "span_start", None),
    ]
    assert [(e["span_id"], e["parent_id"], e["name"], e["kind"], e["replayed"]) for e in told(lines[0])] == [
        ("a", "p", "step", "step", True),
        ("b", "p", "step", "step", True),
        ("c", "b", "other", "subflow", True),
    ]
