"""JSON as the SDK speaks it.

Outputs are strict: what JSON cannot carry exactly is refused with a TypeError that names the step and the path
inside the value. Arguments are lenient: they only identify a call, so an object that is not JSON counts by its type.
Documents are compact UTF-8 text, at most 4 MiB and 200 levels deep. Integers of any size are exact.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import hashlib
import json
import math
import pathlib
import uuid
from collections.abc import Callable, Iterable
from typing import Any

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 200
PREVIEW_BYTES = 4096

#: Text as a JSON string.
quote: Callable[[str], str] = json.encoder.encode_basestring
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def decode(text: str) -> Any:
    """As `json.loads`, which takes five times as long for a short text. ValueError."""
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        return json.loads(text)
    return value if end == len(text) else json.loads(text)


def _plain(value: Any) -> Any:
    """One level of a value that JSON does not know, or TypeError."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (pathlib.PurePath, uuid.UUID)):
        return str(value)
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        try:
            return dump(mode="json")
        except TypeError:
            return dump()
    raise TypeError(f"{_type_name(value)} is not JSON")


def _type_name(value: Any) -> str:
    kind = value if isinstance(value, type) else type(value)
    return kind.__qualname__ if kind.__module__ in ("builtins", "flow") else f"{kind.__module__}.{kind.__qualname__}"


def _encoder(default: Callable[[Any], Any], *, sort_keys: bool = False) -> Callable[[Any, int], Iterable[str]]:
    """As `JSONEncoder.encode`, which makes its encoder anew for each value. A cycle is a RecursionError.

    What it returns is called with the value and 0, and gives the text in pieces.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # a Python without the accelerator
        encoder = json.JSONEncoder(
            ensure_ascii=False,
            check_circular=False,
            allow_nan=False,
            sort_keys=sort_keys,
            separators=(",", ":"),
            default=default,
        )
        return lambda value, _: encoder.iterencode(value)
    pieces: Callable[[Any, int], Iterable[str]] = make(None, default, quote, None, ":", ",", sort_keys, False, False)
    return pieces


_strict = _encoder(_plain)
_join = "".join

#: Types whose values are themselves again after a trip through JSON.
_SCALARS = frozenset((int, str, bool, float, type(None)))


def as_replayed(value: Any, text: str) -> Any:
    """The value as a replay gives it; `text` is what it was encoded to."""
    return value if type(value) in _SCALARS else decode(text)


def encode(value: Any, what: object, part: str = "output") -> str:
    """The value as JSON text. `what` names it in errors (as text "step 'load'"), `part` is which of its values."""
    try:
        text = _join(_strict(value, 0))
    except (TypeError, ValueError, RecursionError) as error:
        _explain(value, what, part, part, 1, [])
        raise TypeError(f"the {part} of {what} is not JSON: {error}") from None
    if text.isascii():
        size = len(text)
    else:
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            _explain(value, what, part, part, 1, [])
            raise TypeError(f"the {part} of {what} holds text that is not UTF-8") from None
    if size > MAX_BYTES:
        raise ValueError(
            f"the {part} of {what} is {size:,} bytes of JSON; the limit is {MAX_BYTES:,} (4 MiB). "
            f"Return a reference (a path, a URL, an id) instead of the content."
        )
    if type(value) not in _SCALARS and text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value, text, what, part)
    return text


def _check_depth(value: Any, text: str, what: object, part: str) -> None:
    whole = decode(text)
    level: list[Any] = [whole] if isinstance(whole, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            break
    else:
        _explain(value, what, part, part, 1, [])
        raise TypeError(f"the {part} of {what} is nested deeper than {MAX_DEPTH} levels")


_PATH_CHARS = 160
#: What to do about values that are often returned by mistake.
_ADVICE = {
    "generator": "; return list(...) of it",
    "async_generator": "; return [item async for item in ...] of it",
    "coroutine": "; it was not awaited",
    "set": "; return sorted(...) or list(...) of it",
    "bytes": "; return text, for example base64",
    "map": "; return list(...) of it",
    "filter": "; return list(...) of it",
    "dict_keys": "; return list(...) of it",
    "dict_values": "; return list(...) of it",
}


def _explain(value: Any, what: object, part: str, path: str, depth: int, above: list[int]) -> None:
    """Raise the TypeError that names the first thing in `value` that is not JSON, if it finds one."""

    def refuse(reason: str) -> TypeError:
        where = path if len(path) <= _PATH_CHARS else f"{path[:_PATH_CHARS // 2]}…{path[-_PATH_CHARS // 2:]}"
        return TypeError(f"the {part} of {what} is not JSON: {where} {reason}")

    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise refuse("is text with a lone surrogate, which is not UTF-8") from None
        return
    if isinstance(value, int):
        try:
            int.__repr__(value)
        except ValueError:
            raise refuse("is an integer with too many digits") from None
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise refuse(f"is {value!r}, which JSON does not have; return None or text instead")
        return
    if id(value) in above:
        raise refuse("contains itself")
    if depth > MAX_DEPTH:
        raise refuse(f"is nested deeper than {MAX_DEPTH} levels")
    above.append(id(value))
    if isinstance(value, dict):
        for key, item in value.items():
            if not (key is None or isinstance(key, (str, int, float))):
                raise refuse(f"has the key {key!r} of type {_type_name(key)}; keys must be text")
            step = f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"
            _explain(item, what, part, path + step, depth + 1, above)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _explain(item, what, part, f"{path}[{index}]", depth + 1, above)
    else:
        try:
            plain = _plain(value)
        except TypeError:
            raise refuse(f"is of type {_type_name(value)}{_ADVICE.get(type(value).__name__, '')}") from None
        _explain(plain, what, part, path, depth, above)
    above.pop()


def _loose(value: Any) -> Any:
    """A stable stand-in for whatever is passed as an argument."""
    try:
        return _plain(value)
    except Exception:
        pass  # not one of the known kinds (or its own conversion fails): it counts by its type
    if isinstance(value, (set, frozenset)):
        return {"$set": sorted(canonical(item) for item in value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": hashlib.sha1(value).hexdigest()}
    if callable(value) and hasattr(value, "__qualname__"):
        return {"$callable": f"{value.__module__}.{value.__qualname__}"}
    return {"$type": _type_name(value)}


_canonical = _encoder(_loose, sort_keys=True)


def canonical(value: Any) -> str:
    """The one text of a call's arguments: sorted keys, no spaces, objects by their type. Never raises."""
    try:
        return _join(_canonical(value, 0))
    except (TypeError, ValueError, RecursionError):
        return _join(_canonical(_tame(value, 0, []), 0))


def _tame(value: Any, depth: int, above: list[int]) -> Any:
    """A copy without odd keys and numbers, cycles and bottomless nesting."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, int):
        return value if value.bit_length() < 10_000 else {"$int": hex(value)}
    if id(value) in above or depth > MAX_DEPTH:
        return {"$cut": _type_name(value)}
    above = [*above, id(value)]
    if isinstance(value, dict):
        keyed = {k if isinstance(k, str) else f"${_type_name(k)}:{canonical(k)}": v for k, v in value.items()}
        return {k: _tame(v, depth + 1, above) for k, v in keyed.items()}
    if isinstance(value, (list, tuple)):
        return [_tame(item, depth + 1, above) for item in value]
    return _tame(_loose(value), depth + 1, above)


def preview(text: str) -> str:
    """The text, cut at 4 KiB of UTF-8 with a mark that gives the whole size."""
    if len(text) <= PREVIEW_BYTES // 4 or (len(text) <= PREVIEW_BYTES and text.isascii()):
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= PREVIEW_BYTES:
        return text
    return data[:PREVIEW_BYTES].decode("utf-8", "ignore") + f"…[cut, {len(data)} bytes]"
