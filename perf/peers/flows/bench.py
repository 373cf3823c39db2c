"""What the programs of all peers share: the work of a step, and the loop in which the harness asks for one run after the other.

A request is a JSON line `{"run": name, ...arguments}` on stdin; the reply is `{"ok": number}` or `{"error": text}` on stdout. What the libraries
print goes to stderr.
"""

import asyncio
import inspect
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable

Run = Callable[..., float | Awaitable[float]]


def fibo(n: int) -> int:
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


class Timer:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000


def expect(found: object, wanted: object) -> None:
    """A run that gives something else has not done the work."""
    if found != wanted:
        raise AssertionError(f"the run gave {found!r} instead of {wanted!r}")


async def in_flight(count: int, at_once: int, run: Callable[[], Awaitable[object]]) -> float:
    """Runs a second of `count` runs, `at_once` at any moment."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await run()

    timer = Timer()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return count / timer.ms() * 1000


def serve(runs: Iterable[Run]) -> None:
    """Serves the harness until it closes stdin; for libraries whose calls block."""
    asyncio.run(serve_async(runs))


async def serve_async(runs: Iterable[Run]) -> None:
    """The same inside an event loop, which goes on turning between requests."""
    by_name = {run.__name__: run for run in runs}
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(message: object) -> None:
        print(json.dumps(message), file=out, flush=True)

    reply({"ok": 0})
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        try:
            found = by_name[request.pop("run")](**request)
            reply({"ok": await found if inspect.isawaitable(found) else found})
        except Exception as error:  # the harness shows it in place of the figure
            reply({"error": f"{type(error).__name__}: {error}"[:500]})
