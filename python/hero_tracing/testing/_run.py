"""One run of a play in this process, as a process of its own would run it.

The flow runs in the calling thread, with the SDK's own code on both sides of the wire. Where a real process would be
gone, `Stopped` travels through the flow instead: it derives from BaseException, every further step raises it again,
and a flow that catches it for ever is broken off line by line. Two things differ from a killed process: `finally`
blocks and `except BaseException` run on the way out, and a thread that the flow left behind may run on.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import dataclasses
import functools
import hashlib
import inspect
import os
import pathlib
import random
import sys
import traceback
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

from .. import _context
from .._capture import Capture
from .._clock import installed
from .._errors import Signal
from .._flow import Declaration
from .._play import Play
from .._replay import INTERNAL
from .._wire import Connection
from ..run import EXIT_FAILED, EXIT_PAUSED, execute
from ._clock import SkippingClock
from ._executor import Channel, Executor
from ._source import Source, own_modules

if TYPE_CHECKING:
    from .._step import Step

_PATIENCE = 100
_OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Stopped(Signal):
    """The run ends here, where a real process would be gone."""


class UnexpectedBody(Signal):
    """A step runs whose body must not run."""

    def __init__(self, name: str, line: int) -> None:
        where = f" (line {line})" if line else ""
        super().__init__(f"the body of step {name!r}{where} ran, although its output should be in the record")
        self.name = name
        #: Keys of the records that had not been met.
        self.unmet: list[str] = []


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What all runs of a play have in common."""

    source: Source
    inputs: dict[str, Any]
    clock: SkippingClock
    version_sid: str = "test"
    parent_span: str = ""
    #: Functions in the place of step bodies, by step name.
    replace: Mapping[str, Callable[..., Any]] = dataclasses.field(default_factory=dict)
    #: Flows of the library that are used as they are, by version sid.
    live_library: Mapping[str, Declaration] = dataclasses.field(default_factory=dict)
    seed: int = 0
    folder: pathlib.Path | None = None
    may_run: Callable[[Step], bool] = lambda step: True
    check_inputs: Callable[[Declaration, dict[str, Any]], None] = lambda entry, inputs: None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended: its exit code, and what the flow raised."""

    code: int
    failure: BaseException | None
    stopped: bool
    #: Keys of the records that were not met.
    unmet: list[str]
    #: Keys of the steps of which some attempts were not run again.
    partial: set[str]


class InMemoryPlay(Play):
    """The play of one run: it never ends the process, and its chance comes from a seed."""

    def __init__(self, conn: Connection, job: Job) -> None:
        super().__init__(conn, version_sid=job.version_sid, parent_span=job.parent_span)
        self.job = job
        self.library = dict(job.live_library)
        self.problem: UnexpectedBody | None = None
        self._raised = 0
        self._has_left = False

    def enter(self) -> _context.Span:
        parent = super().enter()
        top: _context.Span = parent
        while top.parent is not None:
            top = top.parent
        if top is not self.top:
            raise Stopped("this thread belongs to a run that is over")
        return parent

    def leave_process(self, code: int) -> NoReturn:
        _quiet_coroutines()
        self._raised += 1
        self._has_left = True
        if self._raised > _PATIENCE:  # caught over and over
            _break_off()
        raise Stopped("the run ends here")

    def pause_here(self, name: str, span: _context.Span) -> NoReturn:
        _quiet_coroutines()
        super().pause_here(name, span)

    def let_go(self) -> None:
        """Free what the frames of a run that left hold, while nobody minds."""
        for error in (*self.signals, self.failure):
            while error is not None:
                traceback.clear_frames(error.__traceback__)
                error = error.__context__

    def end(self, span: _context.Span, status: str, **what: Any) -> None:
        if not self._has_left:  # a process that is gone says no more
            super().end(span, status, **what)

    def body_of(self, step: Step, fn: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: self._stand_in(step, fn)(*args, **kwargs)

    def _stand_in(self, step: Step, fn: Callable[..., Any]) -> Callable[..., Any]:
        name = step.options.name
        if not self.job.may_run(step):
            source = step.options.source
            self.problem = self.problem or UnexpectedBody(name, source[1] if source else 0)
            raise self.problem
        stand_in = self.job.replace.get(name)
        if stand_in is None or stand_in is fn or step.options.kind == "flow_root":
            return fn
        return _like(fn, stand_in, name)

    def remember(self, name: str, value: Any, *, parent: _context.Span, key: str = "", span_id: str = "") -> Any:
        if name in ("random", "uuid"):
            key = parent.step_key(INTERNAL + name, "null")[0]
            digest = hashlib.sha256(f"{self.job.seed}|{key}".encode()).digest()
            made = uuid.UUID(bytes=digest[:16], version=4)
            value = str(made) if name == "uuid" else random.Random(digest).random()
        return super().remember(name, value, parent=parent, key=key, span_id=span_id)


def run_once(
    executor: Executor, job: Job, *, stop_when: Callable[[Executor], bool] = lambda executor: False
) -> Outcome:
    """Run the flow from its top against what the executor has recorded. Raises what is no outcome of a play."""
    refuse_nesting()
    executor.begin_run()
    channel = Channel(executor, stop_when)
    play = InMemoryPlay(Connection(cast(Any, channel)), job)

    def prepare() -> tuple[Declaration, dict[str, Any]]:
        memo: dict[str, str | None] = {key: line for key, line in zip(executor.steps, executor.replay_lines())}
        play.load(memo, dict(executor.answers))
        entry = job.source.load()
        job.check_inputs(entry, job.inputs)
        return entry, job.inputs

    with own_modules(), _in_folder(job.folder), installed(job.clock), _own_trace(), warnings.catch_warnings():
        capture = Capture(play)
        _context.play = play
        code = EXIT_FAILED
        try:
            code = contextvars.copy_context().run(execute, play, job.source.name, prepare)
        finally:
            _context.play = None
            capture.close()
            if code == EXIT_PAUSED or channel.stopped:
                play.let_go()
    play.conn.wait(play.conn.seq)
    _settle_tasks(play)
    if channel.problem is not None:
        raise channel.problem
    unmet = [key for key, line in play.memo.items() if line is not None]
    if play.problem is not None:
        play.problem.unmet = unmet
        raise play.problem
    if play.failure is not None and _is_for_the_test(play.failure):
        raise play.failure
    return Outcome(code, play.failure, channel.stopped, unmet, play.partial)


def refuse_nesting() -> None:
    if _context.play is not None:
        raise RuntimeError("a flow is running in this process already: run one at a time")
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("a flow cannot be run from async code here: make the test a plain function")


def _is_for_the_test(failure: BaseException) -> bool:
    """Not an error of the flow: Ctrl-C, pytest.fail() and the like."""
    if isinstance(failure, (Exception, Signal, SystemExit, GeneratorExit, asyncio.CancelledError)):
        return False
    return type(failure).__name__ != "BaseExceptionGroup"


def _quiet_coroutines() -> None:
    """From here to the end of the run: a run that leaves does not await what it has made, and need not."""
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)


def _settle_tasks(play: Play) -> None:
    for task in list(play.tasks):
        if task.done() and not task.cancelled():
            task.exception()  # seen: asyncio need not report it


def _like(fn: Callable[..., Any], stand_in: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The stand-in, awaitable where the body that it replaces is."""
    if not inspect.iscoroutinefunction(fn):
        if inspect.iscoroutinefunction(stand_in):
            raise TypeError(f"step {name!r} is a plain function: its replacement cannot be async")
        return stand_in

    @functools.wraps(stand_in)
    async def call(*args: Any, **kwargs: Any) -> Any:
        value = stand_in(*args, **kwargs)
        return await value if inspect.isawaitable(value) else value

    return call


def _break_off() -> None:
    """Raise Stopped at the next line of every function of the flow in this thread, handlers included."""

    def trace(frame: Any, event: str, argument: Any) -> Any:
        if event == "line":
            raise Stopped("the run ends here")
        return trace

    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code is not execute.__code__:
        if not frame.f_code.co_filename.startswith(_OWN_FOLDER):
            frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(lambda *_: None)


@contextlib.contextmanager
def _own_trace() -> Iterator[None]:
    """What `_break_off` has set ends with the run."""
    before = sys.gettrace()
    try:
        yield
    finally:
        if sys.gettrace() is not before:
            sys.settrace(before)


@contextlib.contextmanager
def _in_folder(folder: pathlib.Path | None) -> Iterator[None]:
    if folder is None:
        yield
        return
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def output_of_root(executor: Executor) -> str | None:
    """The recorded output of the entry, as JSON text."""
    roots = {span.span_id: span.name for span in executor.spans.by_id.values() if span.kind == "flow_root"}
    found = [s for s in executor.steps.values() if roots.get(s["span_id"]) == s["name"] and not s.get("within")]
    return found[-1]["output"] if found else None
