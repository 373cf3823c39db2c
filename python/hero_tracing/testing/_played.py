"""`run_flow`: a play in memory, from its start to its end or to a question that the test has no answer for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

from .._flow import Declaration
from .._json import decode, quote
from .._replay import INTERNAL
from .._trace import error_json
from ..run import EXIT_OK, EXIT_PAUSED
from ._answers import NO_ANSWER, Answers, Question, WrongAnswer, question_of
from ._children import PlayFlow, run_child
from ._clock import SkippingClock
from ._executor import Event, Executor
from ._inputs import WrongInput, as_json, check_inputs
from ._run import Job, Outcome, output_of_root, run_once
from ._source import FlowSource, Source, declared, own_modules
from ._spans import Span, outline

_MAX_RUNS = 5_000
_STRAY_RUNS = 100


class PlayFailed(AssertionError):
    """A play did not succeed."""


@dataclasses.dataclass(frozen=True)
class LogLine:
    span_id: str
    #: log, stdout or stderr
    stream: str
    text: str


class Played:
    """A play and how it stands. Made by `run_flow`; `resume` and `advance` go on with it."""

    def __init__(
        self, job: Job, executor: Executor, answers: Answers, *, play_flow: PlayFlow, always_replay: bool
    ) -> None:
        self._job = job
        self._play_flow = play_flow
        self._executor = executor
        self._answers = answers
        self._always_replay = always_replay
        self._asked_ms: dict[str, int] = {}
        self._unmet: dict[str, int] = {}  # in how many runs in a row a record was not met
        #: success, failed or awaiting_resume.
        self.status = "running"
        #: How many times the flow was started from its top.
        self.runs = 0
        #: The error of a failed play: {type, message, traceback}.
        self.error: dict[str, Any] | None = None
        #: What the flow raised when it failed.
        self.exception: BaseException | None = None
        executor.on_pause = self._decide
        self._go_on()

    # What came out

    @property
    def output(self) -> Any:
        """The result of the flow, as read back from JSON; None until success."""
        return None if self.output_text is None else decode(self.output_text)

    @property
    def output_text(self) -> str | None:
        """The result as JSON text."""
        return output_of_root(self._executor) if self.status == "success" else None

    @property
    def pending(self) -> list[Question]:
        """The open questions, oldest first."""
        return [self._question(event) for event in self._open("answer")] if self.status == "awaiting_resume" else []

    @property
    def spans(self) -> list[Span]:
        """All spans, in the order in which they first appeared; `children` makes a tree of them."""
        return list(self._executor.spans.by_id.values())

    def span(self, name: str) -> Span:
        """The one span of this name."""
        found = [span for span in self.spans if span.name == name]
        if len(found) != 1:
            names = ", ".join(dict.fromkeys(repr(span.name) for span in self.spans))
            raise LookupError(f"{len(found)} spans are named {name!r}; there are {names}")
        return found[0]

    @property
    def tree(self) -> str:
        """The spans as text, one a line, for reading and comparing."""
        return outline(self._executor.spans.roots)

    @property
    def steps(self) -> dict[str, list[Any]]:
        """The recorded outputs by step name, in the order in which they were recorded; without the entry's own."""
        found: dict[str, list[Any]] = {}
        root = {span.span_id for span in self._executor.spans.roots}
        for step in self._executor.steps.values():
            if not step["name"].startswith(INTERNAL) and step["span_id"] not in root:
                found.setdefault(step["name"], []).append(decode(step["output"]))
        return found

    @property
    def logs(self) -> list[LogLine]:
        """What the flow logged and printed, over all runs: what runs again prints again."""
        return [LogLine(line["span_id"], line["stream"], line["text"]) for line in self._executor.logs]

    @property
    def divergences(self) -> list[str]:
        """Where a replay did not do what was recorded: a mistake in the flow."""
        return list(dict.fromkeys(event["message"] for event in self._executor.divergences))

    @property
    def warnings(self) -> list[str]:
        """Divergences, and once the play has ended the answers that no question took."""
        ended = self.status in ("success", "failed")
        return [*self.divergences, *(self._answers.unused() if ended else [])]

    @property
    def clock(self) -> SkippingClock:
        return self._job.clock

    def raise_for_status(self) -> Played:
        """Itself after success; else PlayFailed, caused by what the flow raised."""
        if self.status == "success":
            return self
        if self.status == "awaiting_resume":
            names = ", ".join(repr(question.name) for question in self.pending)
            raise PlayFailed(f"the play waits for an answer to {names}")
        error = self.error or {}
        trace = error.get("traceback", "")
        raise PlayFailed(
            f"the play failed: {error.get('type')}: {error.get('message')}" + (f"\n{trace}" if trace else "")
        ) from self.exception

    def export(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Write the play as a recorded play (docs/recorded-plays.md)."""
        from ._recorded import write_played

        return write_played(self, pathlib.Path(path))

    # Going on

    def resume(self, name: str, payload: Any) -> Played:
        """Answer the oldest open question of this name (or id), and go on."""
        found = [event for event in self._open("answer") if name in (event["resume_id"], event["name"])]
        if self.status != "awaiting_resume" or not found:
            names = ", ".join(repr(question.name) for question in self.pending) or "none"
            raise WrongAnswer(
                f"no open question is named {name!r}; the play is {self.status}, the open ones are {names}"
            )
        self._answer(found[0], payload)
        return self._go_on()

    def advance(self, by: float | dt.timedelta) -> Played:
        """Let time pass, in seconds or as a timedelta; what runs out then is answered by its default or expires."""
        self.clock.advance(by)
        return self._go_on() if self.status == "awaiting_resume" and self._pass_time() else self

    def _go_on(self) -> Played:
        while True:
            outcome = self._run()
            if outcome.stopped:
                self._check_progress(outcome)
                continue
            if outcome.code != EXIT_PAUSED:
                return self._end(outcome)
            if not self._settle():
                self.status = "awaiting_resume"
                if not self._open("answer"):
                    raise RuntimeError("the play left without an open question")
                return self

    def _run(self) -> Outcome:
        if self.runs >= _MAX_RUNS:
            raise RuntimeError(f"the play is not over after {_MAX_RUNS:,} runs: it asks or waits without end")
        self.runs += 1
        known = len(self._executor.steps)
        if self._always_replay:
            return run_once(self._executor, self._job, stop_when=lambda executor: len(executor.steps) > known)
        return run_once(self._executor, self._job)

    def _check_progress(self, outcome: Outcome) -> None:
        """A flow that records something else in every run would never come to its end."""
        steps, unmet = self._executor.steps, set(outcome.unmet)
        self._unmet = {
            key: self._unmet.get(key, 0) + 1
            for key in unmet
            if (within := steps[key].get("within", "")) not in outcome.partial
            and (within not in steps or within in unmet)
        }
        strays = [key for key, runs in self._unmet.items() if runs >= _STRAY_RUNS]
        if strays:
            raise PlayFailed(
                f"the play gets nowhere: the recorded step {steps[strays[0]]['name']!r} diverged, it was not met again in "
                f"{_STRAY_RUNS} runs. Between two runs a flow must make the same calls; see docs/authoring.md."
            )

    def _end(self, outcome: Outcome) -> Played:
        self._executor.spans.close(self.clock.now_ms())
        if outcome.code == EXIT_OK:
            self.status = "success"
            return self
        if isinstance(outcome.failure, WrongInput):
            raise outcome.failure
        self.status, self.exception = "failed", outcome.failure
        roots = [span for span in self._executor.spans.roots if span.error]
        fallback = decode(error_json(outcome.failure)) if outcome.failure is not None else {"message": "it left early"}
        self.error = roots[0].error if roots else fallback
        return self

    # Questions and timers

    def _open(self, kind: str) -> list[Event]:
        executor = self._executor
        return [e for i, e in executor.pauses.items() if i not in executor.answers and e["kind"] == kind]

    def _question(self, event: Event) -> Question:
        return question_of(event, self._asked_ms[event["resume_id"]])

    def _decide(self, event: Event) -> dict[str, Any] | None:
        """As a pause is met: it is refused, over already, or open."""
        asked = self._asked_ms.setdefault(event["resume_id"], self.clock.now_ms())
        if event["kind"] == "answer":
            question = question_of(event, asked)
            try:
                if question.has_default:
                    question.check(question.default)
            except WrongAnswer as error:
                return {"error": f"pause {quote(question.name)}: its default does not fit: {error}"}
        return self._over(event) if self._due_ms(event) <= self.clock.now_ms() else None

    def _due_ms(self, event: Event) -> float:
        timeout = event.get("timeout_ms")
        return float("inf") if timeout is None else self._asked_ms[event["resume_id"]] + timeout

    def _over(self, event: Event) -> dict[str, Any]:
        if event["kind"] == "timer":
            return {"payload": "null"}
        return {"payload": event["default_payload"]} if event["has_default"] else {"expired": True}

    def _settle(self) -> bool:
        """Give the answers that the test has; else let time pass until the next timer. False: nothing moves on."""
        answered = False
        for event in self._open("answer"):
            found, payload = self._answers.take(self._question(event))
            if found:
                self._answer(event, payload)
                answered = True
        for event in self._open("child"):
            stand_in = self._job.replace.get(event["workflow"])
            self._put(event, {"payload": run_child(event, stand_in, self._play_flow)})
            answered = True
        timers = [self._due_ms(event) for event in self._open("timer")]
        if not answered and timers:
            self.clock.advance_to_ms(int(min(timers)))
        return self._pass_time() or answered

    def _answer(self, event: Event, payload: Any) -> None:
        if payload is NO_ANSWER:
            due = self._due_ms(event)
            if due == float("inf"):
                raise WrongAnswer(
                    f"nobody answers {event['name']!r}, which has no timeout: the play would wait for ever"
                )
            self.clock.advance_to_ms(int(due))
            self._put(event, self._over(event))
        else:
            self._put(event, {"payload": self._question(event).check(payload)})

    def _pass_time(self) -> bool:
        now = self.clock.now_ms()
        over = [e for kind in ("answer", "timer") for e in self._open(kind) if self._due_ms(e) <= now]
        for event in over:
            self._put(event, self._over(event))
        return bool(over)

    def _put(self, event: Event, outcome: dict[str, Any]) -> None:
        self._executor.answers[event["resume_id"]] = {"id": event["resume_id"], "name": event["name"], **outcome}


def run_flow(
    flow: FlowSource,
    inputs: dict[str, Any] | None = None,
    *,
    answers: Mapping[str, Any] | None = None,
    replace: Mapping[str, Callable[..., Any]] | None = None,
    library: Mapping[str, FlowSource] | None = None,
    secrets: Mapping[str, str] | None = None,
    clock: SkippingClock | None = None,
    always_replay: bool = False,
    name: str = "",
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    beside: str | os.PathLike[str] | None = None,
) -> Played:
    """Play a flow in this process, against an executor in memory.

    Args:
        flow: a function under `@flow`, a module, the path of a file, or a source text (with line ends). A path and a
            text are loaded anew in every run; a function and a module are used as they are.
        inputs: by name; checked against what the flow declares.
        answers: by the name (or id) of the pause: a payload, a list of payloads taken in order, a callable that is
            given the Question, or NO_ANSWER (its time runs out). A pause without an answer ends the call; go on with
            `Played.resume`.
        replace: functions in the place of step bodies, by step name; also of `flow.once` and of library flows, and of
            `flow.call` by method: they are given the method and its parameters.
        library: flows for `flow.invoke`, by name. A spawned one is a play of its own, with the same answers and stand-ins.
        secrets: what `flow.secret` gives, by name.
        clock: default: one that starts now.
        always_replay: stop the run after every recorded step and start again from the top.
        name: of the workflow, which chooses the entry. Default: the name of the function or file.
        seed: decides what `flow.random()` and `flow.uuid()` give.
        folder: becomes the current folder while the flow runs.
        beside: the folder in which relative paths of flows are looked for first.
    """
    executor = Executor()
    executor.secrets = secrets or {}
    replace = dict(replace or {})
    live: dict[str, Declaration] = {}
    for key, given in {**replace, **(library or {})}.items():
        sid = f"test-{key}"
        version = {"workflow_sid": f"wf-{key}", "name": key, "version_sid": sid, "number": 1, "source": ""}
        if key in replace:
            live[sid] = declared(key, replace[key])
        elif (source := Source(given, key, beside=beside)).is_live:
            live[sid] = source.load()
        else:
            version["source"] = source.text
        executor.library[key] = [version]
    job = Job(
        source=Source(flow, name, beside=beside),
        inputs=as_json(dict(inputs or {})),
        clock=clock or SkippingClock(),
        replace=replace,
        live_library=live,
        seed=seed,
        folder=None if folder is None else pathlib.Path(folder),
        check_inputs=check_inputs,
    )

    def play_flow(child: str, given: Any) -> Played | None:
        source = (library or {}).get(child)
        if source is None:
            return None
        if not isinstance(given, dict):
            with own_modules():
                (only,) = Source(source, child, beside=beside).load().inputs
            given = {only: given}
        options: dict[str, Any] = {"answers": answers, "replace": replace, "library": library, "secrets": secrets, "clock": job.clock}
        return run_flow(
            source, given, name=child, always_replay=always_replay, seed=seed, folder=folder, beside=beside, **options
        )

    return Played(job, executor, Answers(answers), play_flow=play_flow, always_replay=always_replay)


def assert_always_replay(flow: FlowSource, inputs: dict[str, Any] | None = None, **options: Any) -> Played:
    """Play a flow twice, undisturbed and stopped after every step, and compare how they ended. Takes what `run_flow`
    takes; gives the undisturbed play."""
    start = options.pop("clock", None) or SkippingClock()
    options.pop("always_replay", None)

    def play(always_replay: bool) -> Played:
        return run_flow(flow, inputs, clock=SkippingClock(start.now()), always_replay=always_replay, **options)

    plain, stopped = play(False), play(True)
    for played, which in ((plain, "the undisturbed play"), (stopped, "the play that was stopped after every step")):
        if played.divergences:
            raise PlayFailed(f"{which} diverged: {played.divergences[0]}")
    if _end_of(plain) != _end_of(stopped):
        raise PlayFailed(
            f"stopped after every step, the play ends otherwise:\n  undisturbed: {_end_of(plain)}\n"
            f"  stopped:     {_end_of(stopped)}\nCode outside of steps has run more than once; see docs/authoring.md."
        )
    return plain


def _end_of(played: Played) -> tuple[Any, ...]:
    error = played.error and (played.error["type"], played.error["message"])
    return played.status, played.output_text, error, [question.name for question in played.pending]
