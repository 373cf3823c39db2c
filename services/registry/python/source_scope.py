"""What names mean at the top level of a source: which are `hero_tracing`'s flow, constants, classes, or hold flows."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef


class InvalidSource(Exception):
    """A source that cannot become a version. `line` and `column` are from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()
"""The value of an expression that only running it would tell."""

_MAX_STEPS = 50
_MAX_LITERALS = 100_000


@dataclasses.dataclass(frozen=True)
class FlowDecl:
    node: Function
    name: str
    title: str
    description: str
    inputs: ast.expr | None
    outputs: ast.expr | None

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""


class Scope:
    def __init__(self, tree: ast.Module, source: str) -> None:
        self._lines = re.split(r"\r\n|\r|\n", source)
        self._top = list(_statements(tree.body))
        self._flow_names: set[str] = set()
        self._modules: dict[str, str] = {}
        self._members: dict[str, str] = {}
        self._assigned: dict[str, list[ast.expr]] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.functions: list[Function] = []
        self.calls: list[ast.Call] = []
        self._literals_left = _MAX_LITERALS
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self.calls.append(node)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions.append(node)
            else:
                self._import(node)
        for statement in self._top:
            self._bind(statement)

    @property
    def imports_flow(self) -> bool:
        return bool(self._flow_names) or "hero_tracing" in self._modules.values()

    def column(self, node: ast.AST) -> int:
        """From 1, in characters (`ast` counts bytes from 0)."""
        line: int = getattr(node, "lineno", 1)
        offset: int = getattr(node, "col_offset", 0)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return len(text.encode()[:offset].decode(errors="ignore")) + 1

    def is_flow(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._flow_names
        return isinstance(node, ast.Attribute) and node.attr == "flow" and self.dotted(node.value) == "hero_tracing"

    def dotted(self, node: ast.expr) -> str:
        """`typing.Optional` for `Optional`, `t.Optional` and so on, as the imports say; else the name as written."""
        if isinstance(node, ast.Name):
            return self._members.get(node.id) or self._modules.get(node.id) or node.id
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""

    def constant(self, name: str) -> ast.expr | None:
        """The expression of a top-level name that is assigned exactly once."""
        values = self._assigned.get(name, [])
        return values[0] if len(values) == 1 else None

    def literal(self, node: ast.expr | None, steps: int = 0) -> Any:
        """The value of a literal expression (names of constants are followed), else UNKNOWN."""
        # Constants that name each other grow without bound.
        self._literals_left -= 1
        if self._literals_left < 0:
            return UNKNOWN
        if isinstance(node, ast.Name):
            value = self.constant(node.id)
            return UNKNOWN if value is None or steps > _MAX_STEPS else self.literal(value, steps + 1)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            items = [self.literal(item, steps) for item in node.elts]
            if any(item is UNKNOWN for item in items):
                return UNKNOWN
            return tuple(items) if isinstance(node, ast.Tuple) else items if isinstance(node, ast.List) else UNKNOWN
        if isinstance(node, ast.Dict):
            return self._literal_dict(node, steps)
        if node is None:
            return UNKNOWN
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError):
            return UNKNOWN

    def _literal_dict(self, node: ast.Dict, steps: int) -> Any:
        found: dict[Any, Any] = {}
        for key_node, value_node in zip(node.keys, node.values):
            key, value = self.literal(key_node, steps), self.literal(value_node, steps)
            if key is UNKNOWN or value is UNKNOWN or isinstance(key, (list, dict)):
                return UNKNOWN
            found[key] = value
        return found

    def text(self, node: ast.expr | None) -> str:
        value = self.literal(node)
        return value if isinstance(value, str) else ""

    def flows(self) -> list[FlowDecl]:
        """Flows that top-level names hold, in the order in which those names are first bound."""
        functions: dict[str, Function] = {}
        held: dict[str, FlowDecl] = {}
        for statement in self._top:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                functions[statement.name] = statement
                flow = self.decorated(statement)
                if flow is not None:
                    held[statement.name] = flow
                else:
                    held.pop(statement.name, None)
            elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                flow = self._wrapped(statement.value, functions)
                for target in statement.targets:
                    if flow is not None and isinstance(target, ast.Name):
                        held[target.id] = flow
        return list(held.values())

    def decorated(self, node: Function) -> FlowDecl | None:
        for decorator in node.decorator_list:
            if self.is_flow(decorator):
                return self._declared(node, [])
            if isinstance(decorator, ast.Call) and self.is_flow(decorator.func):
                return self._declared(node, decorator.keywords)
        return None

    def _wrapped(self, call: ast.Call, functions: dict[str, Function]) -> FlowDecl | None:
        """`flow(fn)` and `flow(...)(fn)` of a function of the source."""
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Name) or call.args[0].id not in functions:
            return None
        node = functions[call.args[0].id]
        if self.is_flow(call.func):
            return self._declared(node, call.keywords)
        if isinstance(call.func, ast.Call) and self.is_flow(call.func.func):
            return self._declared(node, call.func.keywords)
        return None

    def _declared(self, node: Function, keywords: list[ast.keyword]) -> FlowDecl:
        given = {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}
        return FlowDecl(
            node=node,
            name=self.text(given.get("name")) or node.name,
            title=self.text(given.get("title")),
            description=inspect.cleandoc(self.text(given.get("description"))),
            inputs=given.get("inputs"),
            outputs=given.get("outputs"),
        )

    def _import(self, node: ast.AST) -> None:
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if node.module == "hero_tracing" and alias.name in ("flow", "*"):
                    self._flow_names.add(alias.asname or "flow")
                self._members[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._modules[name] = alias.name if alias.asname else name

    def _bind(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ClassDef):
            self.classes[statement.name] = statement
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            self._assigned.setdefault(statement.target.id, []).append(statement.value)
        elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            self._assigned.setdefault(statement.target.id, []).append(statement.value)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    self._assigned.setdefault(target.id, []).append(statement.value)
                    if self.is_flow(statement.value):
                        self._flow_names.add(target.id)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at the top level, also inside `if`, `try`, `with` and loops."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for inner in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, inner, []))
        for handler in getattr(statement, "handlers", []):
            yield from _statements(handler.body)
        for case in getattr(statement, "cases", []):
            yield from _statements(case.body)
