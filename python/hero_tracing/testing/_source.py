"""What a test gives as a flow: a declared function, a module, a path, or a source as text.

A function and a module are used as they are: what the test has put into them holds, and their module level is not
run again. A path and a text are loaded anew in every run, as in a real play.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import pathlib
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any, Union

from .._flow import Declaration, declaration_of
from .._load import find_entry, load_source
from .._step import StepOptions

FlowSource = Union[Callable[..., Any], types.ModuleType, str, "os.PathLike[str]"]


class Source:
    def __init__(self, given: FlowSource, name: str = "", *, beside: str | os.PathLike[str] | None = None) -> None:
        self._declared: Declaration | None = None
        self._module: types.ModuleType | None = None
        self._filename = "flow.py"
        #: The source as text; empty where it cannot be had (a function typed into an interpreter).
        self.text = ""
        if isinstance(given, types.ModuleType):
            self._module = given
            self.text = _text_of(given)
            self.name = name or given.__name__.rpartition(".")[2]
        elif isinstance(given, str) and "\n" in given:
            self.text = textwrap.dedent(given)
            self.name = name or "main"
        elif isinstance(given, (str, os.PathLike)):
            path = _absolute(pathlib.Path(given), beside)
            self._filename = str(path)
            self.text = path.read_text(encoding="utf-8")
            self.name = name or (path.parent.name if path.name == "flow.py" else path.stem)
        else:
            self._declared = declaration_of(given)
            if self._declared is None:
                raise TypeError(
                    f"not a flow: {given!r}. Give a function under @flow, a module, a path or a source text"
                )
            self.text = _text_of(inspect.getmodule(self._declared.fn))
            self.name = name or self._declared.name

    @classmethod
    def of_text(cls, text: str, name: str) -> Source:
        """A source, byte for byte."""
        source = cls("\n", name)
        source.text = text
        return source

    @property
    def is_live(self) -> bool:
        """It is used as it is, and not loaded anew."""
        return self._declared is not None or self._module is not None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def load(self) -> Declaration:
        """The entry, as a run finds it. Raises what the source raises."""
        if self._declared is not None:
            return self._declared
        module = self._module or load_source(self.text, filename=self._filename, module_name="flow")
        return find_entry(module, self.name)


def declared(name: str, fn: Callable[..., Any]) -> Declaration:
    """Any function as a flow of this name."""
    found = declaration_of(fn)
    return found or Declaration(fn, StepOptions(name=name), None, None, "")


def _absolute(path: pathlib.Path, beside: str | os.PathLike[str] | None) -> pathlib.Path:
    first = pathlib.Path(beside) / path if beside is not None else path
    return (first if first.exists() else path).absolute()


def _text_of(module: types.ModuleType | None) -> str:
    try:
        return inspect.getsource(module) if module is not None else ""
    except (OSError, TypeError):
        return ""


@contextlib.contextmanager
def own_modules() -> Iterator[None]:
    """Modules that a run loads under the names of flows do not outlive it."""
    before = {name: sys.modules.get(name) for name in sys.modules if _is_flow(name)}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_flow(name)]:
            if before.get(name) is None:
                del sys.modules[name]
        for name, module in before.items():
            if module is not None:
                sys.modules[name] = module


def _is_flow(name: str) -> bool:
    return name == "flow" or name.startswith("flow_")
