"""The play of this process: what it sends, what it has recorded, and how it leaves.

Order of durability: a recorded output is sent at once, and the next body waits until it is acknowledged
(`before_body`). Once a pause was met, this thread or task runs no further step: the signal is raised again, or, when
user code caught it and went on, the play fails with PauseSwallowed.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from . import _context
from ._clock import now_ms
from ._context import NewStep, Part, Span, control, leaving
from ._errors import Divergence, GivenUp, PauseSignal, PauseSwallowed, Signal, StepTimeout, pause_in
from ._json import canonical, decode, encode, preview, quote
from ._masks import forget, hide, refuse_secret
from ._replay import INTERNAL, Memo, is_optional, span_ids
from ._timeout import is_from_outside
from ._trace import call_site, error_json
from ._wire import Connection

if TYPE_CHECKING:
    from ._dry import DryRun
    from ._race import RaceBranch
    from ._step import Step

EXIT_DEAD_SOCKET = 74
_LOG_CHARS = 8_192
_PATIENCE = 100


def flush_streams() -> None:
    """What was written past the capture leaves the process. Never raises: the exit code says what happened."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            pass


def say(text: str) -> None:
    """A word to whoever looks after the process, past the play's log. It may be that nobody can hear it."""
    try:
        print(text, file=sys.__stderr__)
    except (OSError, ValueError):
        pass  # the flow closed its stderr; the exit code says the rest


class Play:
    def __init__(
        self,
        conn: Connection,
        *,
        version_sid: str = "",
        parent_span: str = "",
        stop_on_divergence: bool = False,
    ) -> None:
        forget()
        self.conn = conn
        self.stop_on_divergence = stop_on_divergence
        self.memo: Memo = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.replaying = False
        self.top = Span(None, parent_span, "", "", ("", ""), "", version_sid, "")
        self.root: Span | None = None
        self.alert = False  # something in `check` may apply
        self.signals: list[PauseSignal] = []
        self.swallowed: PauseSwallowed | None = None
        self.executed: set[str] = set()  # keys of the steps whose body ran to its end or to a pause
        self.begun: set[str] = set()
        self.first_new: NewStep | None = None
        self.partial: set[str] = set()  # keys of the steps of which some attempts were not run again
        self.out_of_order: tuple[str, NewStep] | None = None  # expected, met
        self.diverged: Divergence | None = None
        self.recorded_below: dict[tuple[str, int], list[tuple[str, str]]] = {}
        self.race_waits: dict[str, dict[str, Any]] = {}  # by resume id: pauses inside races, of this run and earlier ones
        self.has_race_waits = False
        self.lost_branches: set[str] = set()
        self.cancelled = False
        self.tasks: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()  # steps each task is in
        self.library: dict[str, Any] = {}
        self.dry: DryRun | None = None
        self.pins: dict[str, dict[str, Any]] = {}
        self.pins_read = False
        self.failure: BaseException | None = None  # why the entry did not end well
        self.lock = threading.RLock()
        self.unfinished: dict[tuple[str, int, str], str] = {}  # printed without a line end: by span, thread and stream
        self.on_end: Callable[[str | None], None] = lambda span_id: None  # sends what is unfinished
        self._taken: set[str] | None = None
        conn.on_resume = self._on_resume

    def load(self, memo: Memo, answers: dict[str, dict[str, Any]]) -> None:
        """Take up what earlier runs recorded."""
        self.memo = memo
        self.answers = answers
        self.replaying = bool(memo or answers)

    # What is sent

    def start(
        self,
        span: Span,
        *,
        about: str = "",
        title: str = "",
        attempts: str = "",
        tags: str = "",
        arguments: str | None = None,
        source: tuple[str, int] | None = None,
        rpc: tuple[str, str] | None = None,
        at_ms: int | None = None,
        wait: bool = False,
    ) -> None:
        """`about`: members of JSON, name and kind among them. `wait`: as `before_body` right after it."""
        above = span.parent
        assert above is not None
        line = (
            f',"span_id":"{span.id}","parent_id":"{"" if above is self.top else above.id}",'
            f'{about or _about(span)},"at_ms":{now_ms() if at_ms is None else at_ms},"attempt":{span.attempt}'
        )
        if title:
            line += f',"title":{quote(title)}'
        if attempts:
            line += f',"attempts":[{attempts}]'
        if tags:
            line += f',"tags":{tags}'
        if arguments is not None:
            line += f',"input":{quote(preview(hide(arguments)))}'
        if source:
            line += f',"source_file":{quote(source[0])},"source_line":{source[1]}'
        if rpc:
            line += f',"rpc_service":{quote(rpc[0])},"rpc_method":{quote(rpc[1])}'
        if span.branch is not None:
            self._send_of(span, span.branch, "span_start", line)
        elif wait:
            self.conn.start(line)
        else:
            self.conn.send("span_start", line)

    def end(
        self,
        span: Span,
        status: str,
        *,
        output: str | None = None,
        key: str = "",
        error: BaseException | None = None,
        attempts: str = "",
    ) -> None:
        """`key` is that of a step whose output is recorded."""
        line = f',"span_id":"{span.id}","status":"{status}","at_ms":{now_ms()}'
        record = ""
        if output is not None:
            shown = preview(hide(output))
            text = quote(shown)
            line += f',"output":{text}'
            if key:
                assert span.parent is not None
                whole = text if shown is output else quote(output)
                record = _record(key, span.id, span.name, whole, span.parent.place())
        if error is not None:
            line += f',"error":{error_json(error)}'
        if attempts:
            line += f',"attempts":[{attempts}]'
        if span.branch is None and not self.unfinished:
            self.conn.end(record, line)
        else:
            self._end_after_others(span, record, line, is_over=status != "awaiting_resume")
        if self.dry is not None and span.kind == "pause":
            self.dry.ended(self, span, status)

    def end_cancelled(self, span_id: str) -> None:
        """A span of a branch that lost its race."""
        self.conn.send("span_end", f',"span_id":"{span_id}","status":"cancelled","at_ms":{now_ms()}')

    def _end_after_others(self, span: Span, record: str, line: str, is_over: bool) -> None:
        if record:
            self.conn.record(record)
        self.on_end(span.id)  # an unfinished line belongs to the span that printed it
        if span.branch is None:
            self.conn.send("span_end", line)
        else:
            self._send_of(span, span.branch, "span_end", line, is_over)
        self.conn.flush()

    def _send_of(self, span: Span, branch: RaceBranch, event: str, line: str, is_over: bool = False) -> None:
        """What happens below a branch that lost its race is not told any more."""
        with self.lock:
            if branch.is_lost():
                return
            branch.note(span, is_over)
            self.conn.send(event, line)

    def end_with(self, span: Span, error: BaseException | None, *, output: str | None = None) -> None:
        """End a span that records nothing, whichever way its body was left."""
        status, shown = self.outcome(error)
        self.end(span, status, output=output, error=shown)

    def outcome(self, error: BaseException | None) -> tuple[str, BaseException | None]:
        """The status of a span that `error` leaves, and the error to show on it."""
        if error is None:
            return "ok", None
        signal = pause_in(error)
        if signal is not None:
            leaving.set(signal)
            return "awaiting_resume", None
        if type(error).__name__ == "CancelledError" and not isinstance(error, Exception):
            span = _context.current.get()
            if span is None or span.branch is None or not span.branch.is_lost():
                self.cancelled = True
            return "cancelled", None
        if isinstance(error, GivenUp):
            return "cancelled", None
        if not isinstance(error, StepTimeout) or error.told:
            return "failed", error
        # What the time-out interrupts inside the step has timed out too; what stands around it fails.
        error.told = not is_from_outside(error)
        return "timed_out", error

    def output(self, key: str, span_id: str, name: str, text: str, within: str) -> None:
        self.conn.record(_record(key, span_id, name, quote(text), within))

    def tag(self, span: Span, tags: dict[str, Any], title: str = "") -> None:
        self.conn.send("span_tag", f',"span_id":"{span.id}","tags":{canonical(tags)}{title}')
        self.conn.flush()

    def log(self, span_id: str, text: str) -> None:
        self.send_log(span_id, "log", text)
        self.conn.flush()

    def send_log(self, span_id: str, stream: str, text: str) -> None:
        text = hide(text)
        if len(text) > _LOG_CHARS:
            text = text[:_LOG_CHARS] + f"…[cut, {len(text)} characters]"
        self.conn.send(
            "span_log", f',"span_id":"{span_id}","stream":"{stream}","text":{quote(text)},"at_ms":{now_ms()}'
        )

    def body_of(self, step: Step, fn: Callable[..., Any]) -> Callable[..., Any]:
        """What runs as the body of a step, and must not raise before: a play under test puts something else in its place."""
        return fn

    # What was recorded

    def replay(self, parent: Span, key: str, line: str, name: str, name_json: str, kind: str) -> Any:
        """A memo hit: the recorded output."""
        row = line.split("\t", 5)
        self.memo[key] = None
        if parent.last_new is not None and not is_optional(row):
            self._check_order(parent, name)
        parent.occurrence(name)
        parent_id = "" if parent is self.top else parent.id
        self.conn.hit(row[1], parent_id, name_json, kind)
        if self.dry is not None:
            self.dry.hit(self, parent, key)
        return decode(row[3])

    def recall(self, key: str) -> Any:
        """The value of an internal record, or None when there is none."""
        line = self.memo.get(key)
        if line is None:
            return None
        self.memo[key] = None
        return decode(line.split("\t", 4)[3])

    def remember(self, name: str, value: Any, *, parent: Span, key: str = "", span_id: str = "") -> Any:
        """Record an internal value once; on replay the recorded one is returned."""
        name = INTERNAL + name
        if not key:
            key = parent.step_key(name, "null")[0]
        old = self.recall(key)
        if old is not None:
            return old
        text = encode(value, name)
        refuse_secret(text, name)
        self.output(key, span_id or parent.id, name, text, parent.place())
        return value

    def below(
        self, parent: Span, name: str, kind: str, *, recorded: tuple[str, Part] | None = None, version_sid: str = ""
    ) -> Span:
        """A new span below `parent` whose id no recorded step has."""
        if self._taken is None:
            self._taken = span_ids(self.memo)
        span = parent.below(name, kind, recorded, version_sid)
        if self._taken and kind != "flow_root":
            while span.id in self._taken:
                span.id = parent.child_id(name)[0]
        return span

    def _check_order(self, parent: Span, expected: str) -> None:
        assert parent.last_new is not None
        if self.out_of_order is None and parent.last_new.control == control():
            self.out_of_order = (expected, parent.last_new)

    # Waiting and leaving

    def enter(self) -> Span:
        """The span that the next call belongs to. Raises where no further call may run."""
        parent = _context.current.get() or self.top
        if self.alert:
            self._check(parent)
        return parent

    def before_body(self) -> None:
        """Everything recorded is durable when this returns; a watcher sees all that was sent."""
        self.conn.settle()
        if self.conn.dead:
            self.leave_dead()

    def wait_for(self, seq: int) -> None:
        """Returns when the event `seq` is durable."""
        self.conn.wait(seq)
        if self.conn.dead:
            self.leave_dead()

    def leave_dead(self) -> NoReturn:
        """Nothing can be recorded any more: going on would run steps that another process runs again."""
        say(self.conn.dead)
        self.leave_process(EXIT_DEAD_SOCKET)

    def leave_process(self, code: int) -> NoReturn:
        """End the process here, whatever the flow's code would do about it."""
        flush_streams()
        os._exit(code)

    def pause_here(self, name: str, span: Span) -> NoReturn:
        """Leave this thread or task through the user's code."""
        if self.dry is not None:
            self.dry.stopped(name, span)
        signal = PauseSignal(name, span, call_site())
        with self.lock:
            self.signals.append(signal)
            self.alert = True
        leaving.set(signal)
        raise signal

    def send_pause(self, span: Span, resume_id: str, members: str) -> None:
        """Record a pause; it is durable when this returns, and its answer is there if it has one already."""
        self.wait_for(self.queue_pause(span, resume_id, members))

    def queue_pause(self, span: Span, resume_id: str, members: str) -> int:
        """Send a pause; returns the seq to wait for. Every pause goes this way: a race has to find those of its branches."""
        line = f',"resume_id":"{resume_id}"{members}'
        branch = span.branch
        if branch is None:
            return self.conn.send("pause", line)
        branch.announce(self, span, resume_id)
        with self.lock:
            if branch.is_lost():
                branch.refuse()
            return self.conn.send("pause", line)

    def withdraw(self, resume_ids: list[str]) -> None:
        """Nobody waits for these pauses any more; returns when they cannot be answered."""
        if self.dry is not None:
            return
        reply = self.conn.request("withdraw", f',"resume_ids":{encode(resume_ids, "resume ids")}')
        if self.conn.dead:
            self.leave_dead()
        if "error" in reply:
            problem = reply["error"].get("message") or reply["error"]
            raise RuntimeError(f"the waits that lost a race could not be withdrawn: {problem}")

    def settle(self, signals: list[PauseSignal]) -> None:
        """These signals were taken on purpose: another signal or an error goes on in their place."""
        with self.lock:
            self.signals = [signal for signal in self.signals if signal not in signals]

    def abandon(self, span: Span) -> None:
        """The body of `span` may still run in a thread; its calls are refused from now on."""
        span.abandoned = self.alert = True

    def swallowed_in(self, span: Span) -> PauseSwallowed | None:
        """The complaint, when a signal was raised below `span` and its body ended nevertheless."""
        for signal in self.signals:
            node: Span | None = signal.span
            while node is not None:
                if node is span:
                    return self._complain(signal, f"{span.name!r}" if span.name else "a thread outside of the flow's spans")
                node = node.parent
        return None

    def _complain(self, signal: PauseSignal, where: str) -> PauseSwallowed:
        if self.swallowed is None:
            self.swallowed = PauseSwallowed(signal.name, where)
        return self.swallowed

    def _check(self, parent: Span) -> None:
        if parent.branch is not None and parent.branch.is_lost():
            parent.branch.refuse()
        if self.diverged is not None:
            self._insist(self.diverged)
        node: Span | None = parent
        while node is not None:
            if node.abandoned:
                raise StepTimeout(f"step {node.name!r} has timed out already")
            node = node.parent
        signal = leaving.get()
        if signal is None or signal not in self.signals:
            return
        error = sys.exc_info()[1]
        while error is not None:
            if error is signal:
                raise signal  # a handler or `finally` on the way out: no step runs while leaving
            error = error.__context__
        self._insist(self._complain(signal, f"{parent.name!r}" if parent.name else "the flow"))

    def _insist(self, error: Signal) -> NoReturn:
        self._patience -= 1
        if self._patience < 0:  # caught over and over, as in `while True: try: ... except: continue`
            if self.root is not None:
                self.end(self.root, "failed", error=error)
                self.conn.wait(self.conn.seq)
            self.leave_process(1)
        raise error

    _patience = _PATIENCE

    def _on_resume(self, message: dict[str, Any]) -> None:
        self.answers[str(message.get("id"))] = message


def _about(span: Span) -> str:
    return f'"name":{quote(span.name)},"kind":"{span.kind}"'


def _record(key: str, span_id: str, name: str, output_json: str, within: str) -> str:
    """Members of the event `step_output`."""
    place = f',"within":"{within}"' if within else ""
    return f',"step_key":"{key}","span_id":"{span_id}","name":{quote(name)},"output":{output_json}{place}'
