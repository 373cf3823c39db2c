"""`flow.invoke`: a flow from the library, run in this process as a sub-flow, or spawned as its own play (`_spawn`).

The version met first is recorded, and kept for the whole play (`_pins`). The sub-flow's call is one span of kind `subflow`; its steps
carry its own version sid. Its source is fetched only when its output is not recorded yet.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from typing import Any

from . import _context
from ._check import check_name, check_text
from ._context import Span
from ._flow import Declaration
from ._json import canonical, quote
from ._load import find_entry, load_source
from ._pins import pin, pinned
from ._play import Play
from ._spawn import Batch, spawn_one
from ._step import Step, StepOptions, begin, run_async, run_sync

#: So many calls of flow.invoke may stand inside each other in one process.
MAX_DEPTH = 50


def invoke(name: str, /, *, spawn: bool = False, version_sid: str = "", **inputs: Any) -> Any:
    """Call a flow of the library by name and return its output. With `spawn` it is a play of its own."""
    if spawn:
        return spawn_one(name, version_sid, inputs)
    call = _prepare(name, version_sid)
    known, step = begin(call.options, canonical(inputs), call.load_options)
    return step if known else run_sync(step, call.body(step, inputs))


async def invoke_async(name: str, /, *, spawn: bool = False, version_sid: str = "", **inputs: Any) -> Any:
    """`invoke` for async code. A plain flow runs in a thread, an `async def` one in this loop."""
    if spawn:
        # As a group: the executor holds the reply of a child that is awaited alone, and the loop has other tasks.
        return Batch(name, [inputs], version_sid=version_sid, is_group=True).outcome()[0]
    call = _prepare(name, version_sid)
    known, step = begin(call.options, canonical(inputs), call.load_options)
    return step if known else await run_async(step, call.async_body(step, inputs))


def invoke_item(name: str, item: Any) -> Any:
    """`invoke` with one item: a dict holds the inputs, anything else is the flow's single input."""
    return invoke(name, **_inputs_of(name, item))


async def invoke_item_async(name: str, item: Any) -> Any:
    return await invoke_async(name, **_inputs_of(name, item))


def spawn_items(name: str, items: Iterable[Any], concurrency: int | None) -> Batch:
    """Start a play for each item, at most so many at the same time."""
    return Batch(name, (_spawn_input(name, item) for item in items), is_group=True, limit=concurrency or 0)


def _spawn_input(name: str, item: Any) -> Any:
    """The scheduler knows the name of a single input; only an object could be taken for the inputs."""
    is_plain = item is None or isinstance(item, (dict, list, tuple, str, int, float))
    return item if is_plain else _inputs_of(name, item)


def _inputs_of(name: str, item: Any) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    names = list(_prepare(name, "").load().inputs)
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


def _prepare(name: str, version_sid: str) -> _Call:
    check_name(name)
    check_text("version_sid", version_sid)
    play = _context.play
    if play is None:
        raise RuntimeError(f"flow.invoke({name!r}) needs a play: outside there is no library of flows")
    parent = play.enter()
    _check_depth(parent, name)
    key = parent.step_key("flow.invoke", canonical({"name": name, "version_sid": version_sid}))[0]
    version = play.recall(key)
    if version is None:
        version = pinned(play, name) if not version_sid else None
        if version is None:
            found = _lookup(play, name, version_sid)
            version = {k: found.get(k) for k in ("workflow_sid", "name", "version_sid", "number")}
            version = {**version, "chosen": True} if version_sid else pin(play, name, version)
        version = play.remember("invoke", version, parent=parent, key=key)
    elif not version_sid:
        pin(play, name, version)
    return _Call(
        play=play, options=StepOptions(name=version["name"], kind="subflow", version_sid=version["version_sid"])
    )


def _check_depth(parent: Span, name: str) -> None:
    depth, span = 0, parent
    while span.parent is not None:
        depth += span.kind == "subflow"
        span = span.parent
    if depth >= MAX_DEPTH:
        raise RecursionError(
            f"flow {name!r} is {MAX_DEPTH} calls of flow.invoke deep already; a flow that invokes itself needs an end"
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
