"""Inputs and outputs of a flow, read from its declaration.

A field is `{"name", "type": str | None, "description", "required", "default", "schema"}`, the last two JSON text or "".
Type None means any JSON value: there is no hint, or one that JSON types cannot say (`Any`, `int | str`).
"""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

from source_hints import TYPES, hint_field
from source_scope import UNKNOWN, FlowDecl, InvalidSource, Scope

Fields = dict[str, dict[str, Any]]

_SECTION = re.compile(r"(?m)^(?:Args|Arguments|Returns|Raises|Yields|Examples?|Notes?):\s*$")


def declared_inputs(flow: FlowDecl, scope: Scope) -> list[dict[str, Any]]:
    described = _documented_args(flow.doc)
    fields: Fields = {}
    for arg, default in _parameters(flow.node.args):
        field = _new(hint_field(arg.annotation, scope))
        field["description"] = described.get(arg.arg, "")
        if default is not None:
            field["required"] = False
            _take_default(field, default, arg.annotation is None, scope)
        fields[arg.arg] = field
    return _finish(_overlay(fields, flow.inputs, "inputs", scope))


def declared_outputs(flow: FlowDecl, scope: Scope) -> list[dict[str, Any]]:
    hint = flow.node.returns
    fields: Fields = {}
    members = _record_members(hint, scope)
    if members is not None:
        fields = {name: _new(hint_field(annotation, scope)) for name, annotation in members.items()}
    elif hint is not None and not _says_nothing(hint, scope):
        fields = {"result": _new(hint_field(hint, scope))}
    if flow.outputs is not None:
        stated = _mapping(flow.outputs, "outputs", scope)
        if set(stated) - set(fields):
            fields.pop("result", None)
    return _finish(_overlay(fields, flow.outputs, "outputs", scope))


def description_of(doc: str) -> str:
    """The first paragraph."""
    return re.split(r"\n\s*\n", _SECTION.split(doc)[0].strip())[0].strip()


def _new(hint: dict[str, Any]) -> dict[str, Any]:
    return {"type": None, "description": "", "required": True, "default": "", "schema": "", **hint}


def _parameters(args: ast.arguments) -> list[tuple[ast.arg, ast.expr | None]]:
    plain = [*args.posonlyargs, *args.args]
    first_default = len(plain) - len(args.defaults)
    found: list[tuple[ast.arg, ast.expr | None]] = [
        (arg, args.defaults[i - first_default] if i >= first_default else None) for i, arg in enumerate(plain)
    ]
    found.extend(zip(args.kwonlyargs, args.kw_defaults))
    return found


def _take_default(field: dict[str, Any], node: ast.expr, without_hint: bool, scope: Scope) -> None:
    """A default that is a JSON value of the type; None and others are left to the function itself."""
    value = scope.literal(node)
    text = _json(value)
    if text is None or value is None:
        return
    if without_hint:
        field["type"] = _type_of(value)
    if _fits(field["type"], value):
        field["default"] = text


def _overlay(fields: Fields, given: ast.expr | None, what: str, scope: Scope) -> Fields:
    if given is None:
        return fields
    for name, stated in _mapping(given, what, scope).items():
        field = fields.get(name) or _new({})
        _take_stated(field, stated, f"{what}[{name!r}]", scope)
        fields[name] = field
    return fields


def _mapping(node: ast.expr, what: str, scope: Scope) -> dict[str, dict[str, ast.expr]]:
    """`{name: {key: expression}}`; empty when only running could tell. Constants are followed."""
    outer = _follow(node, scope)
    if isinstance(outer, ast.Constant) and outer.value is None:
        return {}
    if not isinstance(outer, ast.Dict):
        if isinstance(outer, (ast.Constant, ast.List, ast.Tuple, ast.Set)):
            raise _invalid(f"{what}= takes {{name: {{'type': ..., ...}}}}", outer, scope)
        return {}
    found: dict[str, dict[str, ast.expr]] = {}
    for key_node, value_node in zip(outer.keys, outer.values):
        name = scope.literal(key_node)
        if name is UNKNOWN:
            continue
        if not isinstance(name, str):
            raise _invalid(f"a name in {what}= must be a string", key_node or outer, scope)
        inner = _follow(value_node, scope)
        if isinstance(inner, ast.Dict):
            keys = [(scope.literal(k), v) for k, v in zip(inner.keys, inner.values)]
            found[name] = {k: v for k, v in keys if isinstance(k, str)}
        elif isinstance(inner, (ast.Constant, ast.List, ast.Tuple, ast.Set)):
            raise _invalid(f"{what}[{name!r}] takes {{'type': ..., 'description': ..., ...}}", value_node, scope)
        else:
            found[name] = {}
    return found


def _take_stated(field: dict[str, Any], stated: dict[str, ast.expr], what: str, scope: Scope) -> None:
    if "type" in stated:
        kind = scope.literal(stated["type"])
        if kind is UNKNOWN:
            kind = hint_field(stated["type"], scope)["type"]
        elif kind not in TYPES:
            raise _invalid(f"{what}: type must be one of {', '.join(TYPES)}, not {kind!r}", stated["type"], scope)
        if kind != field["type"]:
            field.update(type=kind, schema="")
            if field["default"] and not _fits(kind, json.loads(field["default"])):
                field["default"] = ""
    if "description" in stated:
        field["description"] = scope.text(stated["description"])
    if "schema" in stated:
        text = _json(scope.literal(stated["schema"]))
        field["schema"] = "" if text in (None, "null") else text
    if "default" in stated:
        field["required"] = False
        _take_stated_default(field, stated["default"], what, scope)
    if "required" in stated:
        required = scope.literal(stated["required"])
        if required is not UNKNOWN:
            field["required"] = bool(required)


def _take_stated_default(field: dict[str, Any], node: ast.expr, what: str, scope: Scope) -> None:
    value = scope.literal(node)
    field["default"] = ""
    if value is UNKNOWN or value is None:
        return
    text = _json(value)
    if text is None:
        raise _invalid(f"{what}: the default is not JSON", node, scope)
    if not _fits(field["type"], value):
        raise _invalid(f"{what}: the default {text[:100]} is not of type {field['type']}", node, scope)
    field["default"] = text


def _finish(fields: Fields) -> list[dict[str, Any]]:
    return [{"name": name, **field} for name, field in fields.items()]


def _record_members(hint: ast.expr | None, scope: Scope) -> dict[str, ast.expr] | None:
    """Members of a dataclass or TypedDict of the source."""
    name = hint.value if isinstance(hint, ast.Constant) else getattr(hint, "id", None)
    found = scope.classes.get(name) if isinstance(name, str) else None
    if found is None:
        return None
    bases = {scope.dotted(base) for base in found.bases}
    decorators = {scope.dotted(d.func if isinstance(d, ast.Call) else d) for d in found.decorator_list}
    if not (bases & {"typing.TypedDict", "typing_extensions.TypedDict"} or "dataclasses.dataclass" in decorators):
        return None
    members = [s for s in found.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    return {s.target.id: s.annotation for s in members if isinstance(s.target, ast.Name)}


def _says_nothing(hint: ast.expr, scope: Scope) -> bool:
    return (isinstance(hint, ast.Constant) and hint.value in (None, "None")) or scope.dotted(hint) == "typing.Any"


def _follow(node: ast.expr, scope: Scope) -> ast.expr:
    for _ in range(20):
        value = scope.constant(node.id) if isinstance(node, ast.Name) else None
        if value is None:
            return node
        node = value
    return node


def _json(value: Any) -> str | None:
    if value is UNKNOWN or not _is_json(value):
        return None
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _is_json(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any("\ud800" <= c <= "\udfff" for c in value)
    return value is None or isinstance(value, int)


def _type_of(value: Any) -> str | None:
    kinds: list[tuple[Any, str]] = [
        (bool, "boolean"), (int, "integer"), (float, "number"),
        (str, "string"), (dict, "object"), ((list, tuple), "array"),
    ]  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), None)


def _fits(kind: str | None, value: Any) -> bool:
    found = _type_of(value)
    return kind is None or found == kind or (kind == "number" and found == "integer")


def _invalid(message: str, node: ast.AST, scope: Scope) -> InvalidSource:
    return InvalidSource(message, getattr(node, "lineno", 1), scope.column(node))


def _documented_args(doc: str) -> dict[str, str]:
    """`Args:` of a Google-style docstring: {name: description}, continued lines joined."""
    found = re.search(r"(?m)^(?:Args|Arguments):[ \t]*\n((?:[ \t]+.*(?:\n|$)|[ \t]*\n)+)", doc)
    if not found:
        return {}
    described: dict[str, str] = {}
    name, indent = "", None
    for line in found[1].splitlines():
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        indent = depth if indent is None else indent
        entry = re.match(r"\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$", line) if depth == indent else None
        if entry:
            name = entry[1]
            described[name] = entry[2].strip()
        elif name:
            described[name] = f"{described[name]} {line.strip()}".strip()
    return described
