"""Flow sources: compile, execute as a module, and find the entry."""

from __future__ import annotations

import linecache
import sys
import types
from functools import lru_cache

from ._flow import Declaration, declaration_of


#: A process that plays the same source again has it compiled already.
_KEPT = 4
#: A byte order mark, as some editors write it.
_MARK = "\ufeff"


@lru_cache(maxsize=_KEPT)
def compile_source(source: str, filename: str) -> types.CodeType:
    """Raises what is wrong with it: SyntaxError, ValueError, and in the worst case MemoryError or RecursionError."""
    return compile(source.removeprefix(_MARK), filename, "exec", dont_inherit=True)


class NoEntry(Exception):
    """No usable `@flow`; the message lists the candidates."""


def load_source(source: str, *, filename: str, module_name: str) -> types.ModuleType:
    """Execute a source as a new module; its lines show in tracebacks. Raises what the source raises."""
    lines = source.removeprefix(_MARK).splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    module = types.ModuleType(module_name)
    module.__file__ = filename
    sys.modules[module_name] = module
    exec(compile_source(source, filename), module.__dict__)
    return module


def find_entry(module: types.ModuleType, name: str) -> Declaration:
    """The flow of that name, else the one named main, else the only one."""
    found: dict[str, Declaration] = {}
    own = [d for v in list(vars(module).values()) if (d := declaration_of(v)) and d.fn.__module__ == module.__name__]
    for declaration in own:
        found.setdefault(declaration.name, declaration)
    if name in found:
        return found[name]
    if "main" in found:
        return found["main"]
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise NoEntry("no usable @flow: the source declares none")
    names = ", ".join(repr(candidate) for candidate in found)
    raise NoEntry(f"no usable @flow: none is named {name!r} or 'main'; the candidates are {names}")
