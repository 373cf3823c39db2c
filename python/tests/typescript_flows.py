"""The flows that stand as texts in the TypeScript tests of this repository."""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
_WHERE = ("services/*/test/**/*.ts", "services/*/src/**/*.ts", "deploy/**/*.ts", "perf/chaos/*.ts", "admin-ui/test/**/*.ts")
_TEXT = re.compile(r"""`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*\"""", re.DOTALL)
_NAME = re.compile(r"""(?:const\s+(\w+)[^=]*=|['"]?([\w ]+)['"]?\s*:(?:\s*\{[^{}`]*?source:)?|addVersion\(\s*'([\w-]+)',)\s*$""")
_DECLARES = re.compile(r"^\s*@flow\b", re.MULTILINE)


def flows() -> Iterator[tuple[str, str]]:
    """`file::name` and source of each; what has no name is numbered."""
    for file in sorted({f for pattern in _WHERE for f in REPOSITORY.glob(pattern) if "node_modules" not in f.parts}):
        text = file.read_text(encoding="utf-8")
        names: set[str] = set()
        for found in _TEXT.finditer(text):
            source = _value(found.group())
            if not _DECLARES.search(source):
                continue
            before = _NAME.search(text[: found.start()])
            name = next((part.strip() for part in before.groups() if part), "") if before else ""
            if not name or name in names:
                name = f"{name}#{len(names)}"
            names.add(name)
            yield f"{file.relative_to(REPOSITORY)}::{name}", source


def _value(literal: str) -> str:
    if not literal.startswith("`"):
        return str(ast.literal_eval(literal)) if "@flow" in literal else ""
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), literal[1:-1])
