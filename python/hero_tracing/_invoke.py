"""`flow.invoke`: a flow from the library, run in this process as a sub-flow.

The version met first is recorded, and kept on replay. The sub-flow's call is one span of kind `subflow`; its steps
carry its own version sid. Its source is fetched only when its output is not recorded yet.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from . import _context
from ._flow import Declaration
from ._json import canonical, quote
from ._load import find_entry, load_source
from ._play import Play
from ._step import Step, StepOptions, begin, run_async, run_sync


def invoke(name: str, /, *, spawn: bool = False, version_sid: str = "", **inputs: Any) -> Any:
    """Call a flow of the library by name and return its output."""
    call = _prepare(name, spawn, version_sid)
    known, step = begin(call.options, canonical(inputs), call.load_options)
    return step if known else run_sync(step, call.body(step, inputs))


async def invoke_async(name: str, /, *, spawn: bool = False, version_sid: str = "", **inputs: Any) -> Any:
    """`invoke` for async code. A plain flow runs in a thread, an `async def` one in this loop."""
    call = _prepare(name, spawn, version_sid)
    known, step = begin(call.options, canonical(inputs), call.load_options)
    return step if known else await run_async(step, call.async_body(step, inputs))


def invoke_item(name: str, item: Any) -> Any:
    """`invoke` with one item: a dict holds the inputs, anything else is the flow's single input."""
    return invoke(name, **_inputs_of(name, item))


async def invoke_item_async(name: str, item: Any) -> Any:
    return await invoke_async(name, **_inputs_of(name, item))


def _inputs_of(name: str, item: Any) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    names = list(_prepare(name, False, "").load().inputs)
    if len(names) != 1:
        raise TypeError(f"flow {name!r} has {len(names)} inputs; its items must be dicts of inputs")
    return {names[0]: item}


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Call:
    play: Play
    options: StepOptions

    def load(self) -> Declaration:
        """The entry of the version, fetched once per process."""
        sid = self.options.version_sid
        if sid not in self.play.library:
            _lookup(self.play, self.options.name, sid)
        found = self.play.library[sid]
        if not isinstance(found, Declaration):
            filename = re.sub(r"[^\w.-]+", "_", f"{found['name']}.v{found.get('number', '')}") + ".py"
            module = load_source(found["source"], filename=filename, module_name=f"flow_{sid}")
            found = self.play.library[sid] = find_entry(module, found["name"])
        return found

    def load_options(self) -> StepOptions:
        return dataclasses.replace(
            self.load().options, name=self.options.name, kind="subflow", version_sid=self.options.version_sid
        )

    def body(self, step: Step, inputs: dict[str, Any]) -> Callable[[], Any]:
        entry = self.load()

        def call() -> Any:
            args, kwargs = entry.call_with(inputs)
            if not entry.is_async:
                return step.body(entry.fn)(*args, **kwargs)
            import asyncio

            if asyncio._get_running_loop() is not None:
                raise RuntimeError(f"flow {self.options.name!r} is async: use `await flow.invoke_async(...)` here")
            return asyncio.run(step.body(entry.fn)(*args, **kwargs))

        return call

    def async_body(self, step: Step, inputs: dict[str, Any]) -> Callable[[], Any]:
        entry = self.load()

        async def call() -> Any:
            args, kwargs = entry.call_with(inputs)
            if entry.is_async:
                return await step.body(entry.fn)(*args, **kwargs)
            import asyncio

            return await asyncio.to_thread(step.body(entry.fn), *args, **kwargs)

        return call


def _prepare(name: str, spawn: bool, version_sid: str) -> _Call:
    if spawn:
        raise NotImplementedError("flow.invoke(spawn=True) is not available in this version of hero_tracing")
    play = _context.play
    if play is None:
        raise RuntimeError(f"flow.invoke({name!r}) needs a play: outside there is no library of flows")
    parent = play.enter()
    key = parent.step_key("flow.invoke", canonical({"name": name, "version_sid": version_sid}))[0]
    version = play.recall(key)
    if version is None:
        found = _lookup(play, name, version_sid)
        version = {k: found.get(k) for k in ("workflow_sid", "name", "version_sid", "number")}
        version = play.remember("invoke", version, parent=parent, key=key)
    return _Call(
        play=play, options=StepOptions(name=version["name"], kind="subflow", version_sid=version["version_sid"])
    )


def _lookup(play: Play, name: str, version_sid: str) -> dict[str, Any]:
    wanted = f',"version_sid":{quote(version_sid)}' if version_sid else ""
    reply = play.conn.request("lookup", f',"name":{quote(name)}{wanted}')
    if play.conn.dead:
        play.leave_dead()
    if "error" in reply:
        raise LookupError(f"flow {name!r} cannot be invoked: {reply['error'].get('message') or reply['error']}")
    found: dict[str, Any] = reply["result"]
    play.library.setdefault(found["version_sid"], found)
    return found
