"""The `@flow` decorator: makes a function a step whose output is recorded inside a play.

The wrapper is a plain function (`async def` for coroutine functions), so flows work as methods and as callbacks.
What was declared hangs on it as `declaration`.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any

from . import _context
from ._declare import Fields, declared_inputs, declared_outputs, description_of
from ._json import canonical
from ._step import StepOptions, begin, run_async, run_plain, run_plain_async, run_sync

_MARK = "declaration"


class Declaration:
    """What is known of a flow without calling it."""

    def __init__(
        self,
        fn: Callable[..., Any],
        options: StepOptions,
        inputs: Mapping[str, Mapping[str, Any]] | None,
        outputs: Mapping[str, Mapping[str, Any]] | None,
        description: str,
    ) -> None:
        self.fn = fn
        self.options = options
        self.is_async = inspect.iscoroutinefunction(fn)
        signature = inspect.signature(fn)
        self.parameters = signature.parameters
        self.arguments = arguments_of(signature)
        self._inputs = inputs
        self._outputs = outputs
        self._description = description

    @property
    def name(self) -> str:
        return self.options.name

    @functools.cached_property
    def description(self) -> str:
        return self._description or description_of(self.fn)

    @functools.cached_property
    def inputs(self) -> Fields:
        return declared_inputs(self.fn, self._inputs)

    @functools.cached_property
    def outputs(self) -> Fields:
        return declared_outputs(self.fn, self._outputs)

    def call_with(self, inputs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments for a call by input names. TypeError names every input that does not fit."""
        parameters = self.parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        named = {n for n, p in parameters.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
        values = {n: self.inputs[n]["default"] for n in self._inputs or () if "default" in self.inputs[n]}
        values.update(inputs)
        unknown = [] if takes_any else [n for n in values if n not in named]
        missing = [n for n in parameters if n in named and n not in values and parameters[n].default is inspect._empty]
        problems = [f"unknown input {n!r}" for n in unknown] + [f"missing input {n!r}" for n in missing]
        if problems:
            raise TypeError(f"the inputs do not fit flow {self.name!r}: {', '.join(problems)}")
        first = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_ONLY and n in values]
        return [values.pop(n) for n in first], values


def declaration_of(fn: object) -> Declaration | None:
    found = getattr(fn, _MARK, None)
    return found if isinstance(found, Declaration) else None


def arguments_of(signature: inspect.Signature) -> Callable[[tuple[Any, ...], dict[str, Any]], str]:
    """A function that gives the canonical JSON of a call's arguments, bound to their names with defaults filled in."""
    parameters = signature.parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):

        def bind_any(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:  # the call itself will say so
                return canonical({"args": args, "kwargs": kwargs})
            bound.apply_defaults()
            return canonical(bound.arguments)

        return bind_any
    names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}

    def bind(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        bound = dict(zip(names, args, strict=False))
        if defaults:
            bound = {**defaults, **bound}
        if kwargs:
            bound.update(kwargs)
        return canonical(bound)

    return bind


def source_of(fn: Callable[..., Any]) -> tuple[str, int] | None:
    code = getattr(inspect.unwrap(fn), "__code__", None)
    return (os.path.basename(code.co_filename), code.co_firstlineno) if code else None


def decorate(
    fn: Callable[..., Any],
    options: StepOptions,
    inputs: Mapping[str, Mapping[str, Any]] | None,
    outputs: Mapping[str, Mapping[str, Any]] | None,
    description: str,
) -> Callable[..., Any]:
    declaration = Declaration(fn, options, inputs, outputs, description)
    arguments = declaration.arguments
    wrapper: Callable[..., Any]

    if declaration.is_async:

        @functools.wraps(fn)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            if _context.play is None:
                return await run_plain_async(options, lambda: fn(*args, **kwargs))
            known, step = begin(options, arguments(args, kwargs))
            return step if known else await run_async(step, lambda: step.body(fn)(*args, **kwargs))

    else:

        @functools.wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if _context.play is None:
                return run_plain(options, lambda: fn(*args, **kwargs))
            known, step = begin(options, arguments(args, kwargs))
            return step if known else run_sync(step, step.body(fn), args, kwargs)

    setattr(wrapper, _MARK, declaration)
    return wrapper


def run_entry(options: StepOptions, text: str, call: Callable[[], Any]) -> Any:
    """Call a flow under other options than its own: as the root of a play, or from the library."""
    known, step = begin(options, text)
    return step if known else run_sync(step, call)


async def run_entry_async(options: StepOptions, text: str, call: Callable[[], Any]) -> Any:
    known, step = begin(options, text)
    return step if known else await run_async(step, call)
