"""run_code runs the main of a program, sync or async, with its steps recorded; what the program gets wrong names its line."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay, run_flow

FLOW = pathlib.Path(__file__).parent / "flow.py"
HEAD = "from hero_tracing import flow\n\n@flow\n"


def test_programs() -> None:
    steps = HEAD + "def part(n):\n    return n + 1\n\n@flow\ndef main(n=1):\n    return [part(n), part(n)]\n"
    played = assert_always_replay(FLOW, {"source": steps, "inputs": {"n": 4}})
    assert played.output == [5, 5] and played.steps["part"] == [5, 5]
    assert run_flow(FLOW, {"source": HEAD + "async def main():\n    return 'async'\n"}).output == "async"
    assert run_flow(FLOW, {"source": "def main():\n    return 'plain'\n"}).output == "plain"


def test_what_a_program_gets_wrong() -> None:
    broken = run_flow(FLOW, {"source": HEAD + "def main():\n    return 1 / 0\n"}).error
    assert broken["type"] == "ZeroDivisionError" and 'File "program.py", line 5' in broken["traceback"]
    assert "return 1 / 0" in broken["traceback"]
    assert run_flow(FLOW, {"source": "def other(): pass\n"}).error["message"] == "the program has no function main"
    assert run_flow(FLOW, {"source": "def main(:\n"}).error["type"] == "SyntaxError"
    assert "missing" in run_flow(FLOW, {"source": "def main(n): return n\n"}).error["message"]
