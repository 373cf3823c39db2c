"""One call of a step: look up its record, else run its attempts and record the output.

`Step` holds what is the same for plain and `async def` bodies; `run_sync` and `run_async` only differ in how they
call and how they wait. Outside a play there are no spans and no records; retries and time limits still hold.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from . import _context
from ._check import check_bool, check_limit, check_name, check_text
from ._clock import now_ms, sleep, sleep_async
from ._context import NewStep, Part, Span, control, root_part
from ._divergence import check_new_step, check_order, remember_failure, report
from ._errors import Divergence, GivenUp, PauseSignal, Signal, pause_in
from ._json import as_replayed, canonical, encode, quote
from ._masks import hide, refuse_secret
from ._play import Play
from ._retry import IN_PLACE_S, RetryPolicy
from ._timeout import await_within, call_within, is_from_outside
from ._timer import suspend_until
from ._trace import call_site, message_of


_IDLE_S = 1.0
_NONE: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class StepOptions:
    name: str
    title: str = ""
    kind: str = "step"
    policy: RetryPolicy = RetryPolicy()
    timeout: float | None = None
    memo: bool = True
    source: tuple[str, int] | None = None
    version_sid: str = ""
    name_json: str = ""
    about: str = ""  # what the start of each of its spans says of it: members of JSON

    def __post_init__(self) -> None:
        check_name(self.name)
        check_text("title", self.title)
        check_limit("timeout", self.timeout)
        check_bool("memo", self.memo)
        object.__setattr__(self, "name_json", quote(self.name))
        about = f'"name":{self.name_json},"kind":"{self.kind}"'
        if self.title:
            about += f',"title":{quote(self.title)}'
        if self.source:
            about += f',"source_file":{quote(self.source[0])},"source_line":{self.source[1]}'
        object.__setattr__(self, "about", about)


class Step:
    """A call that was not recorded yet. As text it is what errors call it."""

    new: NewStep | None = None

    def __init__(self, play: Play, parent: Span, options: StepOptions, key: str, part: Part, arguments: str) -> None:
        self.play = play
        self.options = options
        self.key = key
        self.arguments = arguments
        self.attempts: list[str] = []
        kind = options.kind
        is_root = kind == "flow_root"
        if is_root:
            part = root_part(options.name)
        recorded = (key, part) if options.memo else None
        self.span = play.below(parent, options.name, kind, recorded=recorded, version_sid=options.version_sid)
        if is_root:
            play.root = self.span
        play.begun.add(key)
        if play.replaying and not is_root and options.memo:
            self.new = NewStep(options.name, call_site() or options.source, control())
            check_new_step(play, parent, key, self.new)
            play.first_new = play.first_new or self.new
        due = self._take_up_retries() if options.policy.retries and play.memo else None
        self._send_start()
        if due is not None:
            self._await_retry(due)
            self.next_attempt()

    def __str__(self) -> str:
        return f"step {self.options.name!r}"

    def _send_start(self) -> None:
        self.began = now_ms()
        self.play.start(
            self.span,
            about=self.options.about,
            attempts=",".join(self.attempts) if self.attempts else "",
            arguments=self.arguments,
            at_ms=self.began,
            wait=True,
        )

    def body(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        """What to call in the place of `fn`."""
        return self.play.body_of(self, fn)

    def failed(self, error: BaseException) -> float | None:
        """The delay before the next attempt; None when `error` ends the step (the span is ended then)."""
        play, span = self.play, self.span
        status, shown = play.outcome(error)
        if shown is not None and not isinstance(error, Signal):
            complaint = play.swallowed_in(span) if play.signals else None
            if complaint is not None:
                self._end("failed", complaint)
                raise complaint from error
        if shown is not None and isinstance(error, Exception):
            delay = None if is_from_outside(error) else self.options.policy.delay_after(span.attempt, error)
            if delay is not None:
                self._add_attempt(error)
                return delay
            remember_failure(play, self)
        is_root = self.options.kind == "flow_root"
        if is_root and play.diverged is not None and error is not play.diverged:
            self._end("failed", play.diverged)
            raise play.diverged from error
        if status == "awaiting_resume":
            play.executed.add(self.key)
            if is_root:
                self._report(error)
        self._end(status, shown)
        return None

    def _report(self, error: BaseException | None = None) -> None:
        try:
            report(self.play)
        except Divergence as finding:
            self._end("failed", finding)
            raise finding from error

    def suspend(self, delay: float) -> None:
        """Leave the process until the next attempt is due; returns when it is due already."""
        due = {"until_ms": now_ms() + round(delay * 1000), "attempts": self.attempts}
        attempt = self.span.attempt
        self._await_retry(self.play.remember("retry", due, parent=self.span, key=self._retry_key(attempt)))

    def next_attempt(self) -> None:
        self.span.next_attempt(self.span.attempt + 1)
        self._send_start()

    def done(self, value: Any) -> Any:
        """Record the output; returns it as it will be on replay."""
        play, span, options = self.play, self.span, self.options
        is_root = options.kind == "flow_root"
        if is_root and play.diverged is not None:
            self._end("failed", play.diverged)
            raise play.diverged
        if play.signals:
            complaint = play.swallowed_in(span)
            if complaint is None and is_root:
                complaint = play.swallowed_in(play.top)
            if complaint is not None:
                self._end("failed", complaint)
                raise complaint
        play.executed.add(self.key)
        attempts = self._all_attempts() if self.attempts else ""
        if not options.memo and not is_root:
            play.end(span, "ok", output=canonical(value), attempts=attempts)
            return value
        try:
            text = encode(value, self)
            refuse_secret(text, self)
        except (TypeError, ValueError) as error:
            self._end("failed", error)
            raise
        if is_root:
            self._report()
        elif span.branch is not None and span.gave_up():
            raise GivenUp
        play.end(span, "ok", output=text, key=self.key, attempts=attempts)
        if self.new is not None and span.parent is not None:
            span.parent.last_new = self.new
        return as_replayed(value, text)

    def _end(self, status: str, error: BaseException | None) -> None:
        if error is not None and self.attempts:
            self._add_attempt(error)
        self.play.end(self.span, status, error=error, attempts=",".join(self.attempts))

    def _all_attempts(self) -> str:
        last = f'{{"attempt":{self.span.attempt},"start_ms":{self.began},"end_ms":{now_ms()}}}'
        return ",".join([*self.attempts, last])

    def _add_attempt(self, error: BaseException) -> None:
        self.attempts.append(
            f'{{"attempt":{self.span.attempt},"start_ms":{self.began},"end_ms":{now_ms()},'
            f'"error":{{"type":{quote(type(error).__name__)},"message":{quote(message_of(error))},"traceback":""}}}}'
        )

    # Delays that outlive the process: the failed attempts are recorded, and not run again

    def _retry_key(self, attempt: int) -> str:
        return hashlib.sha1(f"retry|{self.key}|{attempt}".encode()).hexdigest()

    def _take_up_retries(self) -> Any:
        """Skip the attempts that were recorded. Returns the delay that is not over yet, if there is one."""
        play, span = self.play, self.span
        while (due := play.recall(self._retry_key(span.attempt))) is not None:
            play.partial.add(span.within)
            self.attempts = due["attempts"]
            if due["until_ms"] > now_ms():
                return due
            span.next_attempt(span.attempt + 1)
        return None

    def _await_retry(self, due: Any) -> None:
        resume_id = self._retry_key(self.span.attempt)[:16]
        try:
            suspend_until(self.play, self.span, f"retry of {self.options.name}"[:200], resume_id, due["until_ms"])
        except PauseSignal as signal:
            self.failed(signal)
            raise


def begin(
    options: StepOptions, arguments: str, load_options: Callable[[], StepOptions] | None = None
) -> tuple[bool, Any]:
    """(True, recorded output), or (False, the Step to run). Only inside a play.

    `load_options` gives the full options of a flow that is loaded only when it is not recorded.
    """
    play = _context.play
    assert play is not None
    parent = play.enter()
    # A secret counts by its name: a rotated one is the same call.
    arguments = hide(arguments)
    key, part = parent.step_key(options.name, arguments, options.version_sid)
    line = play.memo.get(key) if options.memo or options.kind == "flow_root" else None
    if line is not None:
        output = play.replay(parent, key, line, options.name, options.name_json, options.kind)
        if play.out_of_order is not None:
            check_order(play)
        return True, output
    if load_options is not None:
        options = load_options()
    step = Step(play, parent, options, key, part, arguments)
    if play.dry is not None:
        play.dry.enter(play, step)
    return False, step


def run_sync(step: Step, call: Callable[..., Any], args: tuple[Any, ...] = (), kwargs: dict[str, Any] = _NONE) -> Any:
    play, span, options = step.play, step.span, step.options
    while True:
        token = _context.current.set(span)
        try:
            play.before_body()
            if options.timeout is None:
                value = call(*args, **kwargs)
            else:
                bound = functools.partial(call, *args, **kwargs)
                value = call_within(options.timeout, options.name, bound, lambda: play.abandon(span))
        except BaseException as error:
            _context.current.reset(token)
            delay = step.failed(error)
            if delay is None:
                raise
        else:
            _context.current.reset(token)
            return step.done(value)
        if delay > IN_PLACE_S:
            step.suspend(delay)
        elif play.dry is None:
            sleep(delay)
        step.next_attempt()


async def run_async(step: Step, call: Callable[[], Awaitable[Any]]) -> Any:
    import asyncio

    play, task = step.play, asyncio.current_task()
    depth = play.tasks.get(task, 0)
    play.tasks[task] = depth + 1
    try:
        return await _run_attempts(step, call)
    finally:
        play.tasks[task] = depth


async def _run_attempts(step: Step, call: Callable[[], Awaitable[Any]]) -> Any:
    play, span, options = step.play, step.span, step.options
    while True:
        token = _context.current.set(span)
        try:
            play.before_body()
            value = await (call() if options.timeout is None else await_within(options.timeout, options.name, call()))
        except BaseException as error:
            _context.current.reset(token)
            if options.kind == "flow_root" and pause_in(error) is not None:
                await _settle(play)
            delay = step.failed(error)
            if delay is None:
                raise
        else:
            _context.current.reset(token)
            return step.done(value)
        if delay > IN_PLACE_S:
            step.suspend(delay)
        elif play.dry is None:
            await sleep_async(delay)
        step.next_attempt()


async def _settle(play: Play) -> None:
    """Let the other tasks that run steps go on to their end or to a pause of their own.

    A task that is in no step and sends nothing for a while waits for something that will not come any more.
    """
    import asyncio

    seen = -1
    while True:
        play.conn.flush()  # memo hits that are not told yet have no seq
        others = [task for task in play.tasks if task is not asyncio.current_task() and not task.done()]
        if not others or (seen == play.conn.seq and not any(play.tasks[task] for task in others)):
            break
        seen = play.conn.seq
        await asyncio.wait(others, timeout=_IDLE_S, return_when=asyncio.FIRST_COMPLETED)
    for task in play.tasks:
        if task.done() and not task.cancelled():
            task.exception()  # seen: asyncio need not report it


def run_plain(options: StepOptions, call: Callable[[], Any]) -> Any:
    """Outside a play."""
    attempt = 1
    while True:
        try:
            if options.timeout is None:
                return call()
            return call_within(options.timeout, options.name, call, lambda: None)
        except Exception as error:
            delay = None if is_from_outside(error) else options.policy.delay_after(attempt, error)
            if delay is None:
                raise
        attempt += 1
        sleep(delay)


async def run_plain_async(options: StepOptions, call: Callable[[], Awaitable[Any]]) -> Any:
    attempt = 1
    while True:
        try:
            return await (call() if options.timeout is None else await_within(options.timeout, options.name, call()))
        except Exception as error:
            delay = options.policy.delay_after(attempt, error)
            if delay is None:
                raise
        attempt += 1
        await sleep_async(delay)
