"""A source as an outline: its flows, and of the entry flow the inputs and outputs. The source is parsed and never run.

The rules are those of `hero_tracing` at run time: the entry is the flow named like the workflow, else the one named
`main`, else the only one; what `inputs=` and `outputs=` do not state comes from type hints, defaults and the docstring.
"""

from __future__ import annotations

import ast
from typing import Any

from declared_fields import declared_inputs, declared_outputs, description_of
from script_metadata import packages_of
from source_scope import FlowDecl, InvalidSource, Scope

__all__ = ["InvalidSource", "outline"]

_MAX_DOC = 2000
_MAX_FLOWS = 500
_MAX_NAME = 200
_MAX_NAMED = 20


def outline(source: str, workflow_name: str) -> dict[str, Any]:
    source = source.removeprefix("\ufeff")  # a byte order mark, as some editors write it and Python reads it
    tree = _parse(source)
    scope = Scope(tree, source)
    entry = _entry(scope.flows(), workflow_name, scope)
    return {
        "entry": entry.name,
        "description": entry.description[:_MAX_DOC] or description_of(entry.doc)[:_MAX_DOC],
        "line": entry.node.lineno,
        "column": scope.column(entry.node),
        "inputs": declared_inputs(entry, scope),
        "outputs": declared_outputs(entry, scope),
        "flows": _steps(scope),
        **packages_of(source),
    }


def _parse(source: str) -> ast.Module:
    nul = source.find("\0")
    if nul >= 0:
        before = source[:nul]
        raise InvalidSource("it holds a NUL byte", before.count("\n") + 1, nul - before.rfind("\n"))
    try:
        tree = ast.parse(source, "flow.py")
        # What only the compiler refuses (`return` outside a function, ...). Nothing is executed.
        compile(tree, "flow.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise InvalidSource(error.msg, error.lineno or 1, max(1, error.offset or 1)) from None
    except ValueError as error:
        raise InvalidSource(str(error), 1, 1) from None
    return tree


def _entry(flows: list[FlowDecl], workflow_name: str, scope: Scope) -> FlowDecl:
    found: dict[str, FlowDecl] = {}
    for flow in flows:
        found.setdefault(flow.name, flow)
    if workflow_name in found:
        return found[workflow_name]
    if "main" in found:
        return found["main"]
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        hint = "" if scope.imports_flow else "; import it with: from hero_tracing import flow"
        raise InvalidSource(f"no usable @flow: the source declares none at its top level{hint}", 1, 1)
    first = next(iter(found.values()))
    names = ", ".join(repr(name[:_MAX_NAME]) for name in list(found)[:_MAX_NAMED])
    more = len(found) - _MAX_NAMED
    names += f" and {more} more" if more > 0 else ""
    message = f"no usable @flow: none is named {workflow_name!r} or 'main'; the candidates are {names}"
    raise InvalidSource(message, first.node.lineno, scope.column(first.node))


def _steps(scope: Scope) -> list[dict[str, Any]]:
    """Every flow, also inside functions and classes, and every `flow.step("...")` and `flow.once("...")`, by line."""
    steps: list[dict[str, Any]] = []
    for function in scope.functions:
        flow = scope.decorated(function)
        if flow is not None:
            steps.append({"name": flow.name, "title": flow.title, "doc": flow.doc[:_MAX_DOC], "line": function.lineno})
    for call in scope.calls:
        name = _named_call(call, scope)
        if name:
            steps.append({"name": name, "title": "", "doc": "", "line": call.lineno})
    steps.sort(key=lambda step: step["line"])
    return steps[:_MAX_FLOWS]


def _named_call(node: ast.Call, scope: Scope) -> str | None:
    func = node.func
    if not (isinstance(func, ast.Attribute) and func.attr in ("step", "span", "once") and scope.is_flow(func.value)):
        return None
    value = node.args[0] if node.args else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
