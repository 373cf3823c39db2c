"""`ask_user`: questions to a person, as pauses whose payload is the bare value.

Outside a play they ask on the terminal; without one they return the default, or None.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import _context
from ._check import check_items, check_number, check_text
from ._json import encode
from ._pause import pause

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._rules import Rules

_NAME_CHARS = 60


class AskUser:
    """Thin helpers over `flow.pause`. All take `name=`, `message=`, `default=`, `timeout=` (seconds), and who may answer, as `flow.pause`."""

    def text(
        self,
        question: str,
        *,
        name: str = "",
        message: str = "",
        default: Any = ...,
        timeout: float | None = None,
        **rules: Unpack[Rules],
    ) -> Any:
        """A line or more of text."""
        schema = {"type": "string", "title": question}
        return _ask(question, schema, {"widget": "text"}, str, name, message, default, timeout, rules)

    def number(
        self,
        question: str,
        *,
        min: float | None = None,
        max: float | None = None,
        name: str = "",
        message: str = "",
        default: Any = ...,
        timeout: float | None = None,
        **rules: Unpack[Rules],
    ) -> Any:
        """A number between `min` and `max`, both included."""
        for bound, value in (("min", min), ("max", max)):
            if value is not None:
                check_number(bound, value, fix=f"for example {bound}=1")
        if min is not None and max is not None and min > max:
            raise ValueError(f"min must not be more than max: {min} is more than {max}")
        schema: dict[str, Any] = {"type": "number", "title": question}
        if min is not None:
            schema["minimum"] = min
        if max is not None:
            schema["maximum"] = max

        def parse(text: str) -> float:
            try:
                value = int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
            except ValueError:
                raise ValueError("not a number") from None
            if not math.isfinite(value):
                raise ValueError("not a number")
            if min is not None and value < min:
                raise ValueError(f"at least {min}")
            if max is not None and value > max:
                raise ValueError(f"at most {max}")
            return value

        return _ask(question, schema, {"widget": "number"}, parse, name, message, default, timeout, rules)

    def choice(
        self,
        question: str,
        options: Iterable[Any],
        *,
        name: str = "",
        message: str = "",
        default: Any = ...,
        timeout: float | None = None,
        **rules: Unpack[Rules],
    ) -> Any:
        """One of the options: values, or {"value":, "label":, "description":}."""
        known = _options(options)
        schema = {"title": question, "enum": [option["value"] for option in known]}
        ui = {"widget": "choice", "options": known}
        return _ask(question, schema, ui, lambda text: _pick(known, text), name, message, default, timeout, rules)

    def multi_choice(
        self,
        question: str,
        options: Iterable[Any],
        *,
        name: str = "",
        message: str = "",
        default: Any = ...,
        timeout: float | None = None,
        **rules: Unpack[Rules],
    ) -> Any:
        """A list of some of the options."""
        known = _options(options)
        schema = {
            "type": "array",
            "title": question,
            "items": {"enum": [option["value"] for option in known]},
            "uniqueItems": True,
        }
        ui = {"widget": "multi_choice", "options": known}

        def parse(text: str) -> list[Any]:
            return [value for part in text.split(",") if part.strip() for value in _pick_some(known, part.strip())]

        return _ask(question, schema, ui, parse, name, message, default, timeout, rules)

    def confirm(
        self,
        question: str,
        *,
        name: str = "",
        message: str = "",
        default: Any = ...,
        timeout: float | None = None,
        **rules: Unpack[Rules],
    ) -> Any:
        """Yes or no, as a bool."""
        schema = {"type": "boolean", "title": question}
        return _ask(question, schema, {"widget": "confirm"}, _yes_or_no, name, message, default, timeout, rules)


def _ask(
    question: str,
    schema: dict[str, Any],
    ui: dict[str, Any],
    parse: Callable[[str], Any],
    name: str,
    message: str,
    default: Any,
    timeout: float | None,
    rules: Rules,
) -> Any:
    check_text("question", question)
    if _context.play is None and sys.stdin is not None and sys.stdin.isatty():
        return _ask_terminal(question, ui, parse, message, default)
    return pause(
        name or _name_of(question),
        schema=schema,
        ui={**ui, "label": question},
        message=message or question,
        timeout=timeout,
        default=default,
        **rules,
    )


def _name_of(question: str) -> str:
    return re.sub(r"[\W_]+", "_", question.lower())[:_NAME_CHARS]


def _options(options: Iterable[Any]) -> list[dict[str, Any]]:
    check_items("a choice", options)
    known = [dict(o) if isinstance(o, dict) and "value" in o else {"value": o} for o in options]
    if not known:
        raise ValueError("a choice needs options")
    for option in known:
        encode(option, "an option")
        option.setdefault("label", str(option["value"]))
    return known


def _pick(known: list[dict[str, Any]], text: str) -> Any:
    """By number (from 1), value or label."""
    for option in known:
        if text in (str(option["value"]), option["label"]):
            return option["value"]
    if text.isdigit() and 1 <= int(text) <= len(known):
        return known[int(text) - 1]["value"]
    raise ValueError("not one of the options")


def _pick_some(known: list[dict[str, Any]], text: str) -> list[Any]:
    """One option, whose label may have spaces, or several with spaces between."""
    try:
        return [_pick(known, text)]
    except ValueError:
        return [_pick(known, word) for word in text.split()]


def _yes_or_no(text: str) -> bool:
    if text.lower() in ("y", "yes", "true", "1"):
        return True
    if text.lower() in ("n", "no", "false", "0"):
        return False
    raise ValueError("answer yes or no")


def _ask_terminal(question: str, ui: dict[str, Any], parse: Callable[[str], Any], message: str, default: Any) -> Any:
    if message:
        print(message)
    for index, option in enumerate(ui.get("options", ()), 1):
        about = option.get("description")
        print(f"  {index}. {option['label']}" + (f": {about}" if about else ""))
    while True:
        try:
            text = input(f"{question} ").strip()
        except EOFError:
            return None if default is ... else default
        if not text and default is not ...:
            return default
        try:
            return parse(text)
        except ValueError as error:
            print(f"  {error}")
