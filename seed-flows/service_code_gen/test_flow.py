"""service_code_gen gives a program that parses and has a main, or a question; what cannot be used is fed back."""

from __future__ import annotations

import pathlib

from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
LIBRARY = {"model_call": HERE.parent / "model_call" / "flow.py"}
PROGRAM = "from hero_tracing import flow\n\n@flow\ndef main():\n    return 4\n"


def test_a_program(broker) -> None:
    double = broker({"text": f"It adds.\n```python\n{PROGRAM}```\nDone."})
    inputs = {"request": "two and two", "services": [{"name": "adder"}], "source": "def main(): x\n", "feedback": "NameError: x"}
    played = assert_always_replay(FLOW, inputs, library=LIBRARY)
    assert played.output == {"source": PROGRAM, "question": ""}
    asked = double.requests[0]["body"]["messages"]
    assert "Reply with the program" in asked[0]["content"]
    for part in ("two and two", '{"name": "adder"}', "def main(): x", "NameError: x"):
        assert part in asked[1]["content"]


def test_what_cannot_be_used_is_fed_back(broker) -> None:
    bad = ["no program", "```python\ndef main(:\n```", "```python\nx = 1\n```"]
    double = broker(*({"text": text, "times": 1} for text in bad[:2]), {"text": f"```\n{PROGRAM}```", "times": 1}, {"text": bad[2]})
    assert run_flow(FLOW, {"request": "x"}, library=LIBRARY).output["source"] == PROGRAM
    said = [request["body"]["messages"][-1]["content"] for request in double.requests]
    assert "no ```python block" in said[1] and "line 1 does not parse" in said[2]
    failed = run_flow(FLOW, {"request": "x"}, library=LIBRARY)
    assert "three replies: it has no function main" in failed.error["message"]


def test_a_question(broker) -> None:
    broker({"text": "QUESTION: Which year?"})
    assert run_flow(FLOW, {"request": "x"}, library=LIBRARY).output == {"source": "", "question": "Which year?"}
