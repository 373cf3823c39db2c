"""The inputs of a play under test, checked as the start of a real play checks them."""

from __future__ import annotations

import inspect
from typing import Any

from .._flow import Declaration
from .._json import decode, encode
from ._schema import built_in_violations, violations

_CHECKED = ("string", "integer", "number", "boolean", "array")


class WrongInput(ValueError):
    """The inputs are not those that the flow declares; the message names every one that does not fit."""


def as_json(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as the flow gets them: read back from JSON."""
    try:
        found = decode(encode(inputs, "inputs"))
    except (TypeError, ValueError) as error:
        raise WrongInput(f"the inputs cannot be given: {error}") from None
    if not isinstance(found, dict):
        raise WrongInput("the inputs are a dict: {name: value}")
    return found


def check_inputs(entry: Declaration, inputs: dict[str, Any]) -> None:
    takes_any = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(entry.fn).parameters.values())
    known = ", ".join(entry.inputs) or "none"
    wrong = [f"{n} is unknown (the inputs are {known})" for n in inputs if n not in entry.inputs and not takes_any]
    for name, field in entry.inputs.items():
        if name not in inputs:
            wrong += [f"{name} is required"] if field["required"] and "default" not in field else []
            continue
        value = inputs[name]
        if value is None and field.get("default", ...) is None:
            continue
        if field["type"] in _CHECKED:
            wrong += built_in_violations({"type": field["type"]}, value, name)
        wrong += violations(field.get("schema"), value, name)
    if wrong:
        raise WrongInput(f"the inputs do not fit flow {entry.name!r}: {'; '.join(dict.fromkeys(wrong))}")
