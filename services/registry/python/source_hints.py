"""Type hints as field types, read from their syntax."""

from __future__ import annotations

import ast
import json
from typing import Any

from source_scope import UNKNOWN, Scope

TYPES = ("string", "number", "integer", "boolean", "object", "array")

_SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "dict": "object", "list": "array"}
_NAMED: dict[str, str] = {
    **_SCALARS,
    **dict.fromkeys(("bytes", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "uuid.UUID"), "string"),
    **dict.fromkeys(("tuple", "set", "frozenset"), "array"),
    **dict.fromkeys(("typing.List", "typing.Tuple", "typing.Set", "typing.FrozenSet"), "array"),
    **dict.fromkeys(("typing.Dict", "typing.Mapping", "typing.MutableMapping", "typing.OrderedDict"), "object"),
    **dict.fromkeys(("typing.Text", "typing.LiteralString", "typing.AnyStr"), "string"),
    **{f"{module}.{name}": "array"
       for module in ("typing", "collections.abc", "collections")
       for name in ("Sequence", "MutableSequence", "Iterable", "Collection", "Set", "AbstractSet", "MutableSet",
                    "deque")},
}  # fmt: skip
_FORMATS = {"datetime.datetime": "date-time", "datetime.date": "date", "datetime.time": "time"}
_ANY = {"typing.Any", "object", "typing_extensions.Any"}
_SEVERAL: dict[str, Any] = {"type": None}
_MAX_DEPTH = 30


def hint_field(hint: ast.expr | None, scope: Scope, depth: int = 0) -> dict[str, Any]:
    """`{"type": ..., "schema"?: JSON text}`; type None = any JSON value."""
    if hint is None or depth > _MAX_DEPTH:
        return {"type": None}
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        return hint_field(_quoted(hint.value), scope, depth + 1)
    if isinstance(hint, ast.BinOp) and isinstance(hint.op, ast.BitOr):
        return _union(_alternatives(hint), scope, depth)
    if isinstance(hint, ast.Subscript):
        return _subscript(hint, scope, depth)
    name = scope.dotted(hint)
    if name in _ANY:
        return {"type": None}
    if name in _FORMATS:
        return {"type": "string", "schema": _text({"type": "string", "format": _FORMATS[name]})}
    if isinstance(hint, ast.Name):
        own = _own(hint.id, scope, depth)
        if own is not None:
            return own
    return {"type": _NAMED.get(name, "object")}


def _own(name: str, scope: Scope, depth: int) -> dict[str, Any] | None:
    """An alias, an enum or a class of the source."""
    found = scope.classes.get(name)
    if found is None:
        alias = scope.constant(name)
        return hint_field(alias, scope, depth + 1) if alias is not None and name not in _NAMED else None
    bases = {scope.dotted(base).rpartition(".")[2] for base in found.bases}
    if bases & {"Enum", "IntEnum", "StrEnum"}:
        members = [s.value for s in found.body if isinstance(s, ast.Assign)]
        return _choice([scope.literal(member) for member in members])
    if "NamedTuple" in bases:
        return {"type": "array"}
    for base in ("str", "int", "float"):
        if base in bases:
            return {"type": _SCALARS[base]}
    return {"type": "object"}


def _subscript(hint: ast.Subscript, scope: Scope, depth: int) -> dict[str, Any]:
    name = scope.dotted(hint.value)
    last = name.rpartition(".")[2]
    args = list(hint.slice.elts) if isinstance(hint.slice, ast.Tuple) else [hint.slice]
    if last in ("Annotated", "Required", "NotRequired", "ReadOnly", "Final", "ClassVar"):
        return hint_field(args[0] if args else None, scope, depth + 1)
    if last == "Optional":
        return _or_null(hint_field(args[0], scope, depth + 1))
    if last == "Union":
        return _union(args, scope, depth)
    if last == "Literal":
        return _choice([scope.literal(arg) for arg in args])
    kind = _NAMED.get(name, "object")
    if kind == "array" and last not in ("tuple", "Tuple") and len(args) == 1:
        item = _NAMED.get(scope.dotted(args[0]))
        if item is not None:
            return {"type": "array", "schema": _text({"type": "array", "items": {"type": item}})}
    return {"type": kind}


def _alternatives(hint: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    open_ends = [hint]
    while open_ends:
        node = open_ends.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            open_ends.extend((node.right, node.left))
        else:
            found.append(node)
    return found


def _union(args: list[ast.expr], scope: Scope, depth: int) -> dict[str, Any]:
    some = [arg for arg in args if not (isinstance(arg, ast.Constant) and arg.value in (None, "None"))]
    fields = [hint_field(arg, scope, depth + 1) for arg in some]
    field = fields[0] if len(fields) == 1 else _common(fields)
    return field if len(some) == len(args) else _or_null(field)


def _common(fields: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {field["type"] for field in fields}
    if len(kinds) == 1:
        return {"type": kinds.pop()}
    return {"type": "number"} if kinds == {"integer", "number"} else dict(_SEVERAL)


def _or_null(field: dict[str, Any]) -> dict[str, Any]:
    """A type says nothing of null, so the schema has to."""
    if field["type"] is None and not field.get("schema"):
        return field
    schema: dict[str, Any] = json.loads(field.get("schema") or "{}")
    if "enum" in schema:
        schema["enum"].append(None)
    else:
        schema["type"] = [field["type"], "null"]
    return {**field, "schema": _text(schema)}


def _choice(values: list[Any]) -> dict[str, Any]:
    some = [value for value in values if value is not None]
    if any(value is UNKNOWN or not isinstance(value, (str, int, float)) for value in some) or not some:
        return {"type": None}
    kinds = {_SCALARS[type(value).__name__] for value in some}
    field = {"type": kinds.pop() if len(kinds) == 1 else None, "schema": _text({"enum": some})}
    return field if len(some) == len(values) else _or_null(field)


def _quoted(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
