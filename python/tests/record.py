#!/usr/bin/env python3
"""Makes the recorded plays of `tests/recorded`: python3 python/tests/record.py [NAME...]

They are the plays that are running somewhere when the SDK is upgraded: `test_recorded.py` replays each against the
present SDK. Record them again only when a change is meant to break running plays, or to add one; say so in the commit.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import sys
import tempfile
import textwrap
from typing import Any

FOLDER = pathlib.Path(__file__).resolve().parent / "recorded"
if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent.parent))

from hero_tracing.testing import NO_ANSWER, Played, SkippingClock, run_flow  # noqa: E402

START = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)
HEAD = "from hero_tracing import ask_user, flow\n\n\n"

#: name: (source, options of run_flow, status)
PLAYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "loops": (
        """
        @flow
        def leaf(n): return n * 2

        @flow
        def node(n, *rest, extra=None, **more):
            with flow.step("block"):
                return [leaf(n), leaf(n), flow.once("double", lambda: n * 2), list(rest), more]

        @flow
        def main(rounds: int = 3) -> list:
            rows = [leaf(1) for _ in range(rounds)]
            for n in range(rounds):
                rows.append(node(n, "x", extra={"b": 1, "a": [1.5, None]}, z=True))
            return rows
        """,
        {"inputs": {"rounds": 3}},
        "success",
    ),
    "side_by_side": (
        """
        @flow
        def leaf(n): return n

        @flow
        def branch(n):
            flow.sleep(60 * n)
            return [leaf(0), leaf(n), flow.pause("ask", timeout=10, default=n)]

        @flow
        def main() -> list:
            rows = flow.map(branch, [1, 2, 2])
            return [rows, flow.gather(lambda: leaf(0), lambda: [leaf(0), leaf(9)], lambda: branch(3))]
        """,
        {"answers": {"ask": ["first", NO_ANSWER, "third", "fourth"]}},
        "success",
    ),
    "retries": (
        """
        import pathlib

        @flow
        def leaf(n): return n

        @flow(retries=4, retry_delay=30, backoff=3)
        def flaky(name):
            leaf(1)
            tries = pathlib.Path(name)
            tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
            if len(tries.read_text()) < 4: raise ConnectionError(f"try {len(tries.read_text())}")
            return [leaf(2), flow.pause("after the retries")]

        @flow(retries=3, retry_delay=0.1)
        def quick(name):
            tries = pathlib.Path(name)
            tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
            if len(tries.read_text()) < 3: raise ConnectionError("again")
            return leaf(3)

        @flow
        def main() -> list:
            return [flaky("a"), quick("b"), flaky("c")]
        """,
        {"answers": {"after the retries": [1, 2]}},
        "success",
    ),
    "time_and_chance": (
        """
        @flow
        def stamp(): return [str(flow.now()), flow.uuid(), flow.random(), flow.uuid()]

        @flow
        def main() -> list:
            rows = [str(flow.now()), flow.random(), flow.random(), stamp(), stamp()]
            flow.sleep(2)
            flow.sleep(86_400)
            flow.sleep_until(flow.now() + __import__("datetime").timedelta(days=30))
            rows += [flow.once("token", lambda size: "t" * size, 4), flow.once("token", lambda size: "t" * size, 4)]
            return [*rows, str(flow.now())]
        """,
        {},
        "success",
    ),
    "sub_flows": (
        """
        @flow
        def part(n): return n

        @flow
        def main() -> list:
            rows = [part(1), flow.invoke("child", n=1), flow.invoke("child", n=1), flow.invoke("other", text="é")]
            return [*rows, flow.map("child", [5, {"n": 6}]), flow.pause("end")]
        """,
        {
            "answers": {"inside": [1, 2, 3, 4], "end": "over"},
            "library": {
                "child": """
                    from hero_tracing import flow
                    @flow
                    def part(n): return n * 10
                    @flow
                    def child(n: int): return [part(n), flow.pause("inside"), part(n)]
                """,
                "other": """
                    from hero_tracing import flow
                    @flow
                    async def other(text: str): return [await flow.invoke_async("leaf", n=2), text]
                """,
                "leaf": "from hero_tracing import flow\n@flow\ndef leaf(n): return [n, flow.random()]\n",
            },
        },
        "success",
    ),
    "async_code": (
        """
        import asyncio

        @flow
        async def leaf(n):
            await asyncio.sleep(0)
            return [n, flow.random()]

        @flow
        async def node(n):
            rows = await asyncio.gather(leaf(n), leaf(n + 1))
            await flow.sleep_async(600)
            return [*rows, flow.pause("q")]

        @flow
        async def main() -> list:
            rows = [await node(n) for n in range(2)]
            rows += await flow.map_async(leaf, [7, 8])
            rows += await flow.gather_async(node(10), lambda: node(20))
            return [*rows, await flow.once("later", leaf, 4)]
        """,
        {"answers": {"q": [1, 2, 3, 4]}},
        "success",
    ),
    "questions": (
        """
        @flow
        def inner(n): return [flow.pause("deep", schema={"type": "integer"}), n]

        @flow
        def outer(): return [inner(1), inner(1), inner(2)]

        @flow
        def main() -> list:
            got = []
            while len(got) < 3:
                got.append(flow.pause("more"))
            try:
                flow.pause("late", timeout=5)
            except flow.PauseExpired as error:
                got.append(str(error))
            got.append(ask_user.choice("Which colour?", ["red", {"value": "#00f", "label": "Blue"}]))
            got.append(ask_user.confirm("Sure?", timeout=60, default=False))
            return [got, outer(), ask_user.multi_choice("Which of them?", [1, 2, 3], name="them")]
        """,
        {
            "answers": {
                "more": [1, {"a": [None, 12345678901234567890123]}, "x"],
                "late": NO_ANSWER,
                "which_colour_": "#00f",
                "sure_": NO_ANSWER,
                "deep": [1, 2, 3],
                "them": [[3, 1]],
            }
        },
        "success",
    ),
    "odd_names_and_values": (
        """
        import dataclasses, enum, pathlib

        class Kind(enum.Enum):
            A = "a"

        @dataclasses.dataclass
        class Row:
            name: str
            at: pathlib.Path

        @flow(name="a/b|c %41 é")
        def odd(value): return value

        @flow(memo=False)
        def client(): return object()

        @flow(name="second way")
        def takes(first, /, *, second=Kind.A): return [first, second]

        @flow
        def main() -> list:
            client()
            with flow.span("span/with|signs", kind="rpc"):
                rows = [odd(Row("x", pathlib.Path("/tmp"))), odd({"b": 1, "a": (1, 2)}), odd({1, 2} and "set")]
            rows += [odd(12345678901234567890123), odd(1.0), odd(1), odd(True), odd("😀 \\u2028 \\" \\\\"), odd({"e": Kind.A})]
            client()
            return [*rows, takes(b"bytes" and 1), takes(1, second=[]), flow.pause("p/q|r")]
        """,
        {"answers": {"p/q|r": None}},
        "success",
    ),
    "failures": (
        """
        @flow
        def leaf(n): return n

        @flow
        def breaks(n):
            leaf(n)
            raise ValueError(f"no {n}")

        @flow
        def main() -> list:
            rows = []
            for n in range(2):
                try:
                    breaks(n)
                except ValueError as error:
                    rows.append([str(error), leaf(n)])
            flow.pause("go on")
            leaf(9)
            raise flow.Failed(f"in the end: {rows}")
        """,
        {"answers": {"go on": 1}},
        "failed",
    ),
    "asks_in_its_third_attempt": (
        """
        import pathlib

        @flow
        def leaf(n): return n

        @flow(retries=4, retry_delay=30)
        def flaky():
            leaf(1)
            tries = pathlib.Path("tries")
            tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
            if len(tries.read_text()) < 3: raise ConnectionError("again")
            return flow.pause("in the third")

        @flow
        def main() -> list:
            return [leaf(0), flaky()]
        """,
        {},
        "awaiting_resume",
    ),
    "still_waiting": (
        """
        @flow
        def leaf(n): return flow.now().isoformat() and n

        @flow
        def inner():
            leaf(1)
            return flow.pause("in a step")

        @flow
        def main() -> list:
            leaf(2)
            return flow.gather(inner, lambda: flow.sleep(60) or flow.pause("in a branch", timeout=3600), lambda: leaf(3))
        """,
        {},
        "awaiting_resume",
    ),
}


def play(name: str, folder: str, **more: Any) -> Played:
    source, options, _ = PLAYS[name]
    return run_flow(
        HEAD + textwrap.dedent(source).strip() + "\n",
        name="main",
        clock=SkippingClock(START),
        folder=folder,
        **options,
        **more,
    )


def record(name: str, target: pathlib.Path = FOLDER) -> pathlib.Path:
    with tempfile.TemporaryDirectory() as folder:
        played = play(name, folder)
    status = PLAYS[name][2]
    assert played.status == status, f"{name} is {played.status}: {played.error}"
    assert not played.warnings, f"{name}: {played.warnings}"
    return played.export(target / f"{name}.json")


if __name__ == "__main__":
    for asked in sys.argv[1:] or PLAYS:
        print(record(asked))
