"""What must not be shown: the secrets that this play was given, in every form in which they may stand in a text."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse

#: What to look for and what to show instead, longest first. Empty until a secret was given.
_hidden: list[tuple[str, str]] = []
_LEAST = 8
#: A line of a value stands for the whole from this length on: shorter ones hold what other texts hold as well.
_LEAST_LINE = 16
#: What parts the lines of a value, also where it is JSON that holds them. The rims of a PEM file are nobody's secret.
_LINE_ENDS = re.compile(r"(?:[\r\n]|\\[rn])+")
_RIM = re.compile(r"-{5}[A-Z0-9 ]+-{5}")
_PERCENT = re.compile(r"%[0-9A-F]{2}")


def shown(name: str) -> str:
    return f"[secret {name}]"


def hide(text: str) -> str:
    """The text without the secrets that were given."""
    for form, mark in _hidden:
        text = text.replace(form, mark)
    return text


def refuse_secret(text: str, what: object, part: str = "output") -> None:
    """ValueError when a text that is to be recorded holds a secret; `what` names whose `part` it is."""
    for form, mark in _hidden:
        if form in text:
            raise ValueError(f"the {part} of {what} holds {mark}; {_INSTEAD[part]}")


_INSTEAD = {
    "output": "return what you did with it, never the secret itself",
    "input": "let the flow that needs it ask for it by its name",
}


def forget() -> None:
    """A new play was given nothing."""
    _hidden.clear()


def remember(name: str, value: str) -> None:
    known = {form for form, _ in _hidden}
    _hidden.extend((form, shown(name)) for form in forms(value) if form not in known)
    _hidden.sort(key=lambda pair: -len(pair[0]))


def forms(value: str) -> list[str]:
    """How a value may stand in a text: as it is or line by line, as JSON, as Python writes it, percent-encoded, in hex, and
    within base64 at each offset.
    """
    raw = value.encode("utf-8", "surrogatepass")
    # Names of hosts and of headers are written small.
    found = {*_written(value), value.lower(), *_quoted(raw), raw.hex(), raw.hex().upper(), *_percent_encoded(value)}
    for line in _LINE_ENDS.split(value):
        if len(line.strip()) >= _LEAST_LINE and not _RIM.fullmatch(line.strip()):
            found |= _written(line.strip())
    for offset in range(3):
        # Only the characters that no neighbour has a part in.
        text = base64.b64encode(b"\0" * offset + raw).decode()
        core = text[(0, 2, 3)[offset] : (offset + len(raw)) // 3 * 4]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return [form for form in found if len(form) >= _LEAST]


def _written(text: str) -> set[str]:
    """As it is, in JSON, and as `repr` and `ascii` write it, who escape quotes or not by what stands beside them."""
    found = {text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]}
    found |= _quoted(text)
    # A document within a document.
    return found | {json.dumps(form, ensure_ascii=plain)[1:-1] for form in found for plain in (False, True)}


def _quoted(value: str | bytes) -> set[str]:
    found: set[str] = set()
    for write in (repr, ascii):
        # With a double quote in it, a single one is escaped.
        escaped = write(b'"' + value)[3:-1] if isinstance(value, bytes) else write('"' + value)[2:-1]
        found |= {escaped, escaped.replace("\\'", "'")}
    return found


def _percent_encoded(value: str) -> set[str]:
    given = value.encode("utf-8", "surrogatepass")
    # encodeURIComponent leaves some characters that `quote` does not.
    found = {urllib.parse.quote(given, safe=safe) for safe in ("", "/", "!'()*")} | {urllib.parse.quote_plus(given)}
    return found | {_PERCENT.sub(lambda code: code[0].lower(), text) for text in found}
