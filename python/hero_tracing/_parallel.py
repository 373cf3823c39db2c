"""Side by side: `flow.gather` and `flow.map`, and their async twins.

Each branch is a span of its own, numbered in the order of the arguments, so what happens inside keeps its identity
however the branches overtake each other. All branches run to their end or to a pause; then the first error in
argument order is raised, else the play pauses if any branch did.
"""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, TypeGuard

from . import _context
from ._check import came, check_bool, check_calls, check_items, check_whole
from ._context import Span, leaving
from ._errors import pause_in
from ._invoke import invoke_item, invoke_item_async, spawn_items
from ._play import Play

_MAP_CONCURRENCY = 8
MAX_THREADS = 64


def gather(*calls: Callable[[], Any]) -> list[Any]:
    """Run callables without arguments side by side in threads; their results in order."""
    check_calls("flow.gather", calls)
    return _run_all("gather", list(calls), MAX_THREADS)


def map_items(
    flow_or_name: Callable[[Any], Any] | str,
    items: Iterable[Any],
    *,
    spawn: bool = False,
    concurrency: int | None = None,
) -> list[Any]:
    """Call a callable (or a flow of the library, by name) with each item, side by side; results in their order.

    With `spawn` each item is a play of its own, and this one waits for all of them without a process.
    """
    if _is_spawned(flow_or_name, items, spawn, concurrency):
        return spawn_items(flow_or_name, items, concurrency).outcome()
    if isinstance(flow_or_name, str):
        calls: list[Callable[[], Any]] = [partial(invoke_item, flow_or_name, item) for item in items]
    else:
        calls = [partial(flow_or_name, item) for item in items]
    return _run_all("map", calls, concurrency or _MAP_CONCURRENCY)


async def gather_async(*calls: Callable[[], Any] | Awaitable[Any]) -> list[Any]:
    """Run awaitables, or callables without arguments that return them, side by side; their results in order."""
    check_calls("flow.gather", calls, is_async=True)
    return await _run_all_async("gather", list(calls), len(calls) or 1)


async def map_async(
    flow_or_name: Callable[[Any], Any] | str,
    items: Iterable[Any],
    *,
    spawn: bool = False,
    concurrency: int | None = None,
) -> list[Any]:
    """`map` for async code."""
    if _is_spawned(flow_or_name, items, spawn, concurrency):
        import asyncio

        batch = spawn_items(flow_or_name, items, concurrency)
        await asyncio.to_thread(batch.wait)
        return batch.results()
    if isinstance(flow_or_name, str):
        calls: list[Callable[[], Any]] = [partial(invoke_item_async, flow_or_name, item) for item in items]
    else:
        calls = [partial(flow_or_name, item) for item in items]
    return await _run_all_async("map", calls, concurrency or _MAP_CONCURRENCY)


def _is_spawned(flow_or_name: object, items: object, spawn: bool, concurrency: int | None) -> TypeGuard[str]:
    if not isinstance(flow_or_name, str) and not callable(flow_or_name):
        fix = "write the function itself, without calling it"
        raise TypeError(f"flow.map takes a callable, or the name of a flow, not {came(flow_or_name)}: {fix}")
    check_items("flow.map", items)
    check_bool("spawn", spawn)
    if concurrency is not None:
        check_whole("concurrency", concurrency, 1)
    if spawn and not isinstance(flow_or_name, str):
        raise TypeError("flow.map(spawn=True) takes the name of a flow of the library: a function is no play of its own")
    return spawn


class Branch:
    """One argument and how it ended."""

    def __init__(self, play: Play | None, parent: Span | None, name: str, call: Any) -> None:
        self.call = call
        self.play = play
        self.span = play.below(parent, name, "other") if play is not None and parent is not None else None
        self.value: Any = None
        self.error: BaseException | None = None

    def _start(self) -> None:
        if self.play is not None and self.span is not None:
            self.play.start(self.span)
            _context.current.set(self.span)
            self.play.before_body()

    def finish(self) -> None:
        if self.play is None or self.span is None:
            return
        if self.play.signals and (self.error is None or pause_in(self.error) is None):
            complaint = self.play.swallowed_in(self.span)
            if complaint is not None:
                self.error = complaint
        self.play.end_with(self.span, self.error)

    def run(self) -> None:
        try:
            self._start()
            self.value = self.call()
        except BaseException as error:
            self.error = error
        self.finish()

    async def run_async(self) -> None:
        try:
            self._start()
            value = self.call() if callable(self.call) else self.call
            self.value = await value if inspect.isawaitable(value) else value
        except BaseException as error:
            self.error = error
            if inspect.iscoroutine(self.call):
                self.call.close()  # it may not have been begun
        self.finish()


def _branches(kind: str, calls: list[Any]) -> list[Branch]:
    play = _context.play
    parent = play.enter() if play is not None else None
    return [Branch(play, parent, f"{kind}[{index}]", call) for index, call in enumerate(calls)]


def results(branches: list[Branch]) -> list[Any]:
    errors = [branch.error for branch in branches if branch.error is not None]
    pauses = [pause for error in errors if (pause := pause_in(error)) is not None]
    failures = [error for error in errors if pause_in(error) is None]
    play = _context.play
    if play is not None and pauses:
        play.settle(pauses if failures else pauses[1:])
    if failures:
        raise failures[0]
    if pauses:
        leaving.set(pauses[0])
        raise pauses[0]
    return [branch.value for branch in branches]


def _run_all(kind: str, calls: list[Callable[[], Any]], concurrency: int) -> list[Any]:
    branches = _branches(kind, calls)
    queue = iter(branches)
    if concurrency == 1 or len(branches) < 2:
        for branch in queue:
            contextvars.copy_context().run(branch.run)
        return results(branches)
    contexts = {id(branch): contextvars.copy_context() for branch in branches}
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                branch = next(queue, None)
            if branch is None:
                return
            contexts[id(branch)].run(branch.run)

    threads: list[threading.Thread] = []
    try:
        for _ in range(min(concurrency, len(branches), MAX_THREADS)):
            thread = threading.Thread(target=work, daemon=True, name=f"flow.{kind}")
            try:
                thread.start()
            except RuntimeError:  # no more threads allowed here: those that run do the rest
                break
            threads.append(thread)
        if not threads:
            work()
        for thread in threads:
            thread.join()
    except BaseException:
        for branch in branches:
            if branch.play is not None and branch.span is not None:
                branch.play.abandon(branch.span)
        with lock:
            for _ in queue:
                pass
        raise
    return results(branches)


async def _run_all_async(kind: str, calls: list[Any], concurrency: int) -> list[Any]:
    import asyncio

    branches = _branches(kind, calls)
    slots = asyncio.Semaphore(concurrency)

    async def work(branch: Branch) -> None:
        async with slots:
            await branch.run_async()

    tasks = [asyncio.ensure_future(work(branch)) for branch in branches]
    try:
        if tasks:
            await asyncio.wait(tasks)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
    return results(branches)
