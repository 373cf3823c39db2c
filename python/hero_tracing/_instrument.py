"""`instrument(client)`: a proxy whose public method calls are spans.

A call is a span `rpc:{Class}.{method}` of kind rpc; it is not recorded and runs again on replay, so call it inside a
step. Names that start with an underscore pass through. Resources of a client (`client.chat.completions`) are proxied
too. Token usage of results in the shape of OpenAI's API becomes the tags `tokens_prompt`, `tokens_completion` and
`model`.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, TypeVar, cast

from . import _context
from ._json import canonical
from ._spans import Handle, SpanBlock

T = TypeVar("T")

_PLAIN = (str, bytes, int, float, complex, bool, type(None), list, tuple, dict, set, frozenset, type, types.ModuleType)


def instrument(client: T) -> T:
    """The same client, with a span for each call of a public method."""
    return cast(T, _Proxy(client))


class _Proxy:
    __slots__ = ("__weakref__", "_hero_target")

    def __init__(self, target: Any) -> None:
        object.__setattr__(self, "_hero_target", target)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(object.__getattribute__(self, "_hero_target"))

    def __getattribute__(self, name: str) -> Any:
        target = object.__getattribute__(self, "_hero_target")
        if name == "__class__":
            return type(target)
        value = getattr(target, name)
        if name.startswith("_"):
            return value
        if inspect.isroutine(value) or isinstance(value, functools.partial):
            return _traced(type(target).__name__, name, value)
        return value if isinstance(value, _PLAIN) or _is_data(value) else _Proxy(value)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_hero_target"), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(object.__getattribute__(self, "_hero_target"), name)

    def __repr__(self) -> str:
        return repr(object.__getattribute__(self, "_hero_target"))

    def __dir__(self) -> list[str]:
        return dir(object.__getattribute__(self, "_hero_target"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return object.__getattribute__(self, "_hero_target")(*args, **kwargs)


def _is_data(value: Any) -> bool:
    """Values of the standard library are used as they are; resources of a client come from its own package."""
    return type(value).__module__.partition(".")[0] in ("builtins", "datetime", "pathlib", "enum", "uuid", "decimal")


def _traced(owner: str, method: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def traced(*args: Any, **kwargs: Any) -> Any:
        if _context.play is None:
            return call(*args, **kwargs)
        block = SpanBlock(
            f"rpc:{owner}.{method}"[:200],
            "rpc",
            arguments=canonical({"args": args, **kwargs} if args else kwargs),
            rpc=(owner, method),
        )
        if inspect.iscoroutinefunction(call):
            return _await_in(block, lambda: call(*args, **kwargs))
        with block as span:
            result = call(*args, **kwargs)
            if not inspect.isawaitable(result):
                _note(block, span, result)
                return result
        return _await_in(block, lambda: result)

    return traced


async def _await_in(block: SpanBlock, call: Callable[[], Any]) -> Any:
    with block as span:
        result = await call()
        _note(block, span, result)
        return result


def _note(block: SpanBlock, span: Handle, result: Any) -> None:
    block.output = canonical(result)
    usage = _get(result, "usage")
    if usage is None:
        return
    tags = {
        "tokens_prompt": _first_int(usage, "prompt_tokens", "input_tokens"),
        "tokens_completion": _first_int(usage, "completion_tokens", "output_tokens"),
        "model": _get(result, "model"),
    }
    for name, value in tags.items():
        if isinstance(value, (int, str)):
            span.tag(name, value)


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _first_int(usage: Any, *names: str) -> int | None:
    found = (_get(usage, name) for name in names)
    return next((value for value in found if isinstance(value, int)), None)
