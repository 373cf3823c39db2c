"""Runs a program that somebody or something has written: one file of Python with a flow `main`.

It is meant to be spawned: then the program has a process and a sandbox of its own (no network, no key, no right to change the library,
bounds on time and memory), and cannot touch the play that wants its result. Its steps are recorded like those of any flow.
"""

import asyncio
import inspect
import linecache
import sys
import types

from hero_tracing import flow

FILE = "program.py"


def load(source: str) -> types.ModuleType:
    """The program as a module; what it raises while it loads is its own."""
    module = types.ModuleType("program")
    module.__file__ = FILE
    sys.modules[module.__name__] = module
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    exec(compile(source, FILE, "exec", dont_inherit=True), module.__dict__)
    return module


@flow(name="run_code", title="Run a program")
def run_code(source: str, inputs: dict = {}) -> object:
    """Runs the flow main of a program and returns what it returns.

    Args:
        source: Python, one file
        inputs: of main, by name
    """
    main = getattr(load(source), "main", None)
    if not callable(main):
        raise flow.Failed("the program has no function main")
    found = main(**inputs)
    return asyncio.run(found) if inspect.iscoroutine(found) else found
