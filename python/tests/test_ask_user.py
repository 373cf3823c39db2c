"""`ask_user`: the payload is the bare value and the schema describes it; on a terminal outside a play."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from conftest import PlayOf

from hero_tracing import ask_user

QUESTIONS = {
    "text('Your name?')": ("your_name_", {"type": "string"}, "Ada"),
    "number('How many?', min=1, max=9, name='n')": ("n", {"type": "number", "minimum": 1, "maximum": 9}, 4),
    "choice('Which -- one?', ['a', {'value': 2, 'label': 'Two'}])": ("which_one_", {"enum": ["a", 2]}, 2),
    "multi_choice('Pick', [1, 2])": ("pick", {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True}, [2]),
    "confirm('Größe OK?', message='**Sure**')": ("größe_ok_", {"type": "boolean"}, True),
}


@pytest.mark.parametrize("call", QUESTIONS)
def test_in_a_play(play: PlayOf, call: str) -> None:
    name, schema, payload = QUESTIONS[call]
    executor = play(f"@flow\ndef main(): return ask_user.{call}")
    (event,) = executor.run().of("pause")
    assert event["name"] == name
    sent = json.loads(event["schema"])
    assert sent.pop("title") in call and sent == schema
    assert event["message"]
    executor.answer(name, payload)
    assert executor.run().output == payload


def test_names_are_cut_and_options_described(play: PlayOf) -> None:
    executor = play(f"@flow\ndef main(): return ask_user.choice({'word ' * 30!r}, [1], default=1, timeout=2)")
    (event,) = executor.run().of("pause")
    assert event["name"] == ("word_" * 30)[:60]
    assert json.loads(event["ui"])["options"] == [{"value": 1, "label": "1"}]
    assert event["default_payload"] == "1" and event["timeout_ms"] == 2000


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "call", "answer"),
    [
        ("Ada\n", lambda: ask_user.text("Name?"), "Ada"),
        ("x\n12\n7\n", lambda: ask_user.number("N?", max=9), 7),
        ("nan\ninf\n7\n", lambda: ask_user.number("N?"), 7),
        ("1.5\n", lambda: ask_user.number("N?"), 1.5),
        ("2\n", lambda: ask_user.choice("C?", ["a", "b"]), "b"),
        ("a, 2\n", lambda: ask_user.multi_choice("C?", ["a", "b", "c"]), ["a", "b"]),
        ("gift wrap,1 c\n", lambda: ask_user.multi_choice("C?", ["a", "gift wrap", "c"]), ["gift wrap", "a", "c"]),
        ("maybe\ny\n", lambda: ask_user.confirm("OK?"), True),
        ("\n", lambda: ask_user.confirm("OK?", default=False), False),
        ("", lambda: ask_user.confirm("OK?"), None),
    ],
)
def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: str, call: Any, answer: Any) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert call() == answer


def test_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert ask_user.confirm("OK?") is None
    assert ask_user.confirm("OK?", default=True) is True
