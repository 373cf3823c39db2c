"""What must not be shown: the secrets that this play was given, in every form in which they may stand in a text."""

from __future__ import annotations

import base64
import json
import urllib.parse

#: What to look for and what to show instead, longest first. Empty until a secret was given.
_hidden: list[tuple[str, str]] = []
_LEAST = 8


def shown(name: str) -> str:
    return f"[secret {name}]"


def hide(text: str) -> str:
    """The text without the secrets that were given."""
    for form, mark in _hidden:
        text = text.replace(form, mark)
    return text


def refuse_secret(text: str, what: object) -> None:
    """ValueError when a text that is to be recorded holds a secret; `what` names it."""
    for form, mark in _hidden:
        if form in text:
            raise ValueError(f"the output of {what} holds {mark}; return what you did with it, never the secret itself")


def forget() -> None:
    """A new play was given nothing."""
    _hidden.clear()


def remember(name: str, value: str) -> None:
    known = {form for form, _ in _hidden}
    _hidden.extend((form, shown(name)) for form in forms(value) if form not in known)
    _hidden.sort(key=lambda pair: -len(pair[0]))


def forms(value: str) -> list[str]:
    """How a value may stand in a text: as it is, as JSON, percent-encoded, in hex, and within base64 at each offset."""
    raw = value.encode("utf-8", "surrogatepass")
    found = {value, json.dumps(value, ensure_ascii=False)[1:-1], urllib.parse.quote(value, safe=""), raw.hex(), raw.hex().upper()}
    for offset in range(3):
        # Only the characters that no neighbour has a part in.
        text = base64.b64encode(b"\0" * offset + raw).decode()
        core = text[(0, 2, 3)[offset] : (offset + len(raw)) // 3 * 4]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return [form for form in found if len(form) >= _LEAST]
