"""The declaration of a flow: its inputs and outputs.

What the decorator does not state comes from type hints, defaults and the docstring (Google-style `Args:`). A field
is `{"type", "required", "default"?, "description"?, "schema"?}`; an input is required when it has no default.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import inspect
import pathlib
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

Fields = dict[str, dict[str, Any]]

_SCALARS: dict[Any, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", dict: "object", list: "array", tuple: "array",
    set: "array", frozenset: "array", bytes: "string", pathlib.Path: "string", type(None): "object",
}  # fmt: skip
_FORMATS: dict[Any, str] = {dt.datetime: "date-time", dt.date: "date", dt.time: "time"}


def declared_inputs(fn: Callable[..., Any], given: Mapping[str, Mapping[str, Any]] | None) -> Fields:
    hints = _hints(fn)
    described = _documented_args(inspect.getdoc(fn) or "")
    fields: Fields = {}
    for name, parameter in inspect.signature(fn).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        field: dict[str, Any] = _field(hints[name]) if name in hints else {"type": "object"}
        field["required"] = parameter.default is parameter.empty
        if parameter.default is not parameter.empty:
            field["default"] = parameter.default
            if name not in hints:
                field["type"] = _SCALARS.get(type(parameter.default), "object")
        if name in described:
            field["description"] = described[name]
        fields[name] = field
    return _overlay(fields, given)


def declared_outputs(fn: Callable[..., Any], given: Mapping[str, Mapping[str, Any]] | None) -> Fields:
    hint = _hints(fn).get("return", inspect.Parameter.empty)
    fields: Fields = {}
    if typing.is_typeddict(hint) or (isinstance(hint, type) and dataclasses.is_dataclass(hint)):
        fields = {name: {**_field(kind), "required": True} for name, kind in typing.get_type_hints(hint).items()}
    elif hint not in (inspect.Parameter.empty, None, type(None), typing.Any):
        fields = {"result": {**_field(hint), "required": True}}
    if given and set(given) - set(fields):
        fields.pop("result", None)
    return _overlay(fields, given)


def description_of(fn: Callable[..., Any]) -> str:
    """The docstring up to its first section."""
    text = inspect.getdoc(fn) or ""
    return re.split(r"(?m)^(?:Args|Arguments|Returns|Raises|Yields|Examples?|Notes?):\s*$", text)[0].strip()


def _overlay(fields: Fields, given: Mapping[str, Mapping[str, Any]] | None) -> Fields:
    for name, stated in (given or {}).items():
        field = {"type": "object", "required": True, **fields.get(name, {}), **stated}
        if "required" not in stated and "default" in stated:
            field["required"] = False
        fields[name] = field
    return fields


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(fn)
    except Exception:  # a hint that cannot be resolved: the plain annotations say what they can
        return {k: v for k, v in getattr(fn, "__annotations__", {}).items() if not isinstance(v, str)}


def _field(hint: Any) -> dict[str, Any]:
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if hint in _FORMATS:
        return {"type": "string", "schema": {"type": "string", "format": _FORMATS[hint]}}
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _field(args[0])
    if origin in (typing.Union, types.UnionType):
        kinds = [_field(arg) for arg in args if arg is not type(None)]
        if len(kinds) > 1:
            return {"type": "object"}
        return kinds[0] if len(args) == 1 else _or_null(kinds[0])
    if origin is typing.Literal:
        return _choice(list(args))
    if origin in _SCALARS:
        field: dict[str, Any] = {"type": _SCALARS[origin]}
        if field["type"] == "array" and args and origin is not tuple and args[0] in _SCALARS:
            field["schema"] = {"type": "array", "items": {"type": _SCALARS[args[0]]}}
        return field
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _choice([member.value for member in hint])
    return {"type": "object"}


def _or_null(field: dict[str, Any]) -> dict[str, Any]:
    schema = dict(field.get("schema", {}))
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    else:
        schema["type"] = [field["type"], "null"]
    return {**field, "schema": schema}


def _choice(values: list[Any]) -> dict[str, Any]:
    some = [value for value in values if value is not None]
    kinds = {_SCALARS.get(type(value), "object") for value in some}
    field: dict[str, Any] = {"type": kinds.pop() if len(kinds) == 1 else "object", "schema": {"enum": some}}
    return field if len(some) == len(values) else _or_null(field)


def _documented_args(doc: str) -> dict[str, str]:
    """`Args:` of a Google-style docstring: {name: description}, continued lines joined."""
    found = re.search(r"(?m)^(?:Args|Arguments):[ \t]*\n((?:[ \t]+.*(?:\n|$)|[ \t]*\n)+)", doc)
    if not found:
        return {}
    described: dict[str, str] = {}
    name, indent = "", None
    for line in found[1].splitlines():
        depth = len(line) - len(line.lstrip())
        indent = depth if indent is None else indent
        entry = re.match(r"\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$", line) if depth == indent else None
        if entry:
            name = entry[1]
            described[name] = entry[2].strip()
        elif name and line.strip():
            described[name] = f"{described[name]} {line.strip()}".strip()
    return described
