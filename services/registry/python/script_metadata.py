"""The packages that a source asks for: its PEP 723 block, read as text and never run.

    # /// script
    # requires-python = ">=3.11"
    # dependencies = ["numpy==2.1.0", "httpx"]
    # ///

Only these two keys count. A dependency is a name with extras, versions and a marker (PEP 508); addresses and paths are
refused, because where packages come from is for whoever runs the executors to say.
"""

from __future__ import annotations

import re
from typing import Any

from source_scope import InvalidSource

try:
    import tomllib
except ImportError:  # Python 3.10
    tomllib = None  # type: ignore[assignment]

_OPENING = re.compile(r"^# /// script[ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(r"^#(?: .*)?$")
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_CLAUSE = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+"
_VERSIONS = rf"{_CLAUSE}(?:\s*,\s*{_CLAUSE})*"
_REQUIREMENT = re.compile(
    rf"^\s*({_NAME})\s*(?:\[\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\])?\s*(?:{_VERSIONS}|\(\s*{_VERSIONS}\s*\))?\s*(?:;[^#\n\r]*)?$"
)
_PYTHON = re.compile(rf"^\s*{_VERSIONS}\s*$")
_MAX_DEPENDENCIES = 100
_MAX_TEXT = 300


def packages_of(source: str) -> dict[str, Any]:
    """`{"dependencies": [...], "requires_python": "..."}`, both empty without a block."""
    found = _OPENING.search(source)
    if found is None:
        return {"dependencies": [], "requires_python": ""}
    line = source.count("\n", 0, found.start()) + 1
    again = _OPENING.search(source, found.end())
    if again is not None:
        raise InvalidSource("a source has one block `# /// script`", source.count("\n", 0, again.start()) + 1, 1)
    metadata = _parse(_body(source[found.end() :], line), line)
    return {
        "dependencies": _dependencies(metadata.get("dependencies", []), line),
        "requires_python": _requires_python(metadata.get("requires-python", ""), line),
    }


def _body(rest: str, line: int) -> str:
    """The lines between the opening and the last `# ///` of the comment that it begins."""
    lines: list[str] = []
    for text in rest.split("\n")[1:]:
        text = text.rstrip("\r")
        if not _LINE.match(text):
            break
        lines.append(text[2:])
    while lines and lines[-1].rstrip() != "///":
        lines.pop()
    if not lines:
        raise InvalidSource("the block `# /// script` has no end: a line `# ///`", line, 1)
    return "\n".join(lines[:-1])


def _parse(text: str, line: int) -> dict[str, Any]:
    if tomllib is None:
        raise InvalidSource("packages need Python 3.11 or newer: this one cannot read the block `# /// script`", line, 1)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidSource(f"the block `# /// script` is no TOML: {str(error)[:_MAX_TEXT]}", line, 1) from None


def _dependencies(given: Any, line: int) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise InvalidSource("`dependencies` of the block `# /// script` must be a list of texts", line, 1)
    if len(given) > _MAX_DEPENDENCIES:
        raise InvalidSource(f"{len(given)} dependencies; at most {_MAX_DEPENDENCIES} are allowed", line, 1)
    for one in given:
        shown = repr(one[:_MAX_TEXT])
        if "://" in one or "@" in one.split(";")[0]:
            raise InvalidSource(f"the dependency {shown} is an address; name the package and its version", line, 1)
        if len(one) > _MAX_TEXT or not _REQUIREMENT.match(one):
            raise InvalidSource(f"the dependency {shown} is not of the form `name[extra]==1.0; marker`", line, 1)
    return [" ".join(one.split()) for one in given]


def _requires_python(given: Any, line: int) -> str:
    if given == "":
        return ""
    if not isinstance(given, str) or len(given) > _MAX_TEXT or not _PYTHON.match(given):
        raise InvalidSource("`requires-python` must be of the form `>=3.11`", line, 1)
    return "".join(given.split())
