"""Does a value fit a JSON Schema?

With the package `jsonschema` installed it decides. Without it, the keywords that questions use are checked here:
type, enum, const, the bounds of numbers, texts, lists and objects, pattern, items, properties, required,
additionalProperties, and allOf, anyOf, oneOf, not. Other keywords are passed over.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from .._json import canonical


def violations(schema: Any, value: Any, path: str) -> list[str]:
    """What does not fit, one sentence each: "answer.count must be at least 1"."""
    try:
        validator: Any = importlib.import_module("jsonschema").Draft202012Validator
    except (ImportError, AttributeError):
        return built_in_violations(schema, value, path)
    found = validator(True if schema is None else schema).iter_errors(value)
    errors = sorted(found, key=lambda error: list(map(str, error.path)))
    return [f"{path}{''.join(_part(part) for part in error.path)}: {error.message}" for error in errors]


def built_in_violations(schema: Any, value: Any, path: str) -> list[str]:
    return list(_check(schema, value, path))


def _part(key: str | int) -> str:
    return f"[{key}]" if isinstance(key, int) else f".{key}"


def _check(schema: Any, value: Any, path: str) -> Iterator[str]:
    if schema is True or schema is None:
        return
    if schema is False:
        yield f"{path} is not allowed"
        return
    kinds = schema.get("type")
    if kinds is not None:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(_is(kind, value) for kind in kinds):
            yield f"{path} must be {' or '.join(_with_article(kind) for kind in kinds)}, not {_shown(value)}"
            return
    if "enum" in schema and not any(equal(value, option) for option in schema["enum"]):
        yield f"{path} must be one of {', '.join(_shown(option) for option in schema['enum'])}, not {_shown(value)}"
    if "const" in schema and not equal(value, schema["const"]):
        yield f"{path} must be {_shown(schema['const'])}, not {_shown(value)}"
    for keyword, (kind, is_broken, words) in _BOUNDS.items():
        if keyword in schema and _is(kind, value) and is_broken(value, schema[keyword]):
            yield f"{path} {words.format(_shown(schema[keyword]))}"
    yield from _inside(schema, value, path)
    yield from _combined(schema, value, path)


def _inside(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        for index, item in enumerate(value):
            yield from _check(first[index] if index < len(first) else schema.get("items"), item, f"{path}[{index}]")
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{path}.{name} is required"
        for name, item in value.items():
            patterns = [s for pattern, s in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
            for part in [known[name]] if name in known else patterns or [schema.get("additionalProperties")]:
                yield from _check(part, item, f"{path}.{name}")


def _combined(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    for part in schema.get("allOf", ()):
        yield from _check(part, value, path)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            fitting = sum(not list(_check(part, value, path)) for part in schema[keyword])
            if fitting == 0 or (keyword == "oneOf" and fitting > 1):
                yield f"{path} fits {fitting or 'none'} of the choices ({keyword})"
    if "not" in schema and not list(_check(schema["not"], value, path)):
        yield f"{path} is what it must not be"


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _TYPES.get(kind, object))


def equal(left: Any, right: Any) -> bool:
    """As JSON values: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(item, right[key]) for key, item in left.items())
    return bool(left == right)


def _with_article(kind: str) -> str:
    return kind if kind == "null" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _shown(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= 80 else text[:80] + "…"


def _has_twice(items: list[Any], unique: bool) -> bool:
    return unique and any(equal(a, b) for index, a in enumerate(items) for b in items[:index])


_TYPES: dict[str, Any] = {
    "string": str, "number": (int, float), "array": list, "object": dict, "null": type(None), "boolean": bool,
}  # fmt: skip
_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool], str]] = {
    "minimum": ("number", lambda v, bound: v < bound, "must be at least {}"),
    "maximum": ("number", lambda v, bound: v > bound, "must be at most {}"),
    "exclusiveMinimum": ("number", lambda v, bound: v <= bound, "must be more than {}"),
    "exclusiveMaximum": ("number", lambda v, bound: v >= bound, "must be less than {}"),
    "multipleOf": ("number", lambda v, step: abs(v / step - round(v / step)) > 1e-9, "must be a multiple of {}"),
    "minLength": ("string", lambda v, bound: len(v) < bound, "must have at least {} characters"),
    "maxLength": ("string", lambda v, bound: len(v) > bound, "must have at most {} characters"),
    "pattern": ("string", lambda v, pattern: re.search(pattern, v) is None, "must match {}"),
    "minItems": ("array", lambda v, bound: len(v) < bound, "must have at least {} items"),
    "maxItems": ("array", lambda v, bound: len(v) > bound, "must have at most {} items"),
    "uniqueItems": ("array", _has_twice, "must not hold the same item twice"),
    "minProperties": ("object", lambda v, bound: len(v) < bound, "must have at least {} members"),
    "maxProperties": ("object", lambda v, bound: len(v) > bound, "must have at most {} members"),
}
