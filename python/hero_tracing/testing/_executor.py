"""An executor in memory: one play's side of docs/wire.md over all its runs.

It takes the lines of the play, keeps what a real executor makes durable, and gives the lines that go back. `take`
checks that the play keeps to the wire: numbered events, known kinds, no step recorded twice. It knows no answers of
its own: whoever holds it puts them into `answers`, or decides them in `on_pause` as a pause is met.

`Channel` is the socket between the two when both are in one process: what is sent is taken at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ._spans import SpanTree

Event = dict[str, Any]


class ProtocolError(AssertionError):
    """The SDK did not keep to docs/wire.md."""


def replay_line(step: Event) -> str:
    """A recorded step as a line of the replay file."""
    return "\t".join((step["step_key"], step["span_id"], step["name"], step["output"], step.get("within", "")))


def told(event: Event) -> Iterator[Event]:
    """What a line tells: its event, and the memo hits that came with it as starts of their own."""
    also = event.pop("also", [])
    yield event
    for hit in also:
        span_id, *place = hit if isinstance(hit, list) else (hit, event["parent_id"], event["name"], event["kind"])
        event = {**event, "span_id": span_id, **dict(zip(("parent_id", "name", "kind"), place, strict=True))}
        yield event


def _no_service(event: Event) -> dict[str, Any]:
    message = f"a test has no services: give replace={{{event['method']!r}: lambda method, params: ...}}"
    return {"error": {"reason": "UNAVAILABLE", "message": message}}


class Executor:
    def __init__(self) -> None:
        #: What was sent in the present run, in order.
        self.events: list[Event] = []
        #: Of its last line.
        self.seq = 0
        #: The step outputs, by step key, in the order in which they were recorded.
        self.steps: dict[str, Event] = {}
        #: The pauses met, by resume id.
        self.pauses: dict[str, Event] = {}
        #: The answers, by resume id, as lines of the replay file.
        self.answers: dict[str, dict[str, Any]] = {}
        #: Versions of library flows by name, oldest first: what a `lookup` may find.
        self.library: dict[str, list[dict[str, Any]]] = {}
        self.lookups: list[Event] = []
        #: The resume ids that lost a race.
        self.withdrawn: list[str] = []
        self.logs: list[Event] = []
        self.divergences: list[Event] = []
        self.spans = SpanTree()
        #: Decides a pause as it is met: {"payload": text}, {"expired": True}, {"error": text}, or None to leave it open.
        self.on_pause: Callable[[Event], dict[str, Any] | None] = lambda event: None
        #: Answers a call of a service: {"result"} or {"error"}.
        self.on_call: Callable[[Event], dict[str, Any]] = _no_service
        #: What `flow.secret` gives, by name.
        self.secrets: Mapping[str, str] = {}

    def begin_run(self) -> None:
        self.events = []
        self.seq = 0
        self.spans.begin_run()

    def replay_lines(self) -> list[str]:
        return [replay_line(step) for step in self.steps.values()]

    def take(self, line: bytes | str) -> list[dict[str, Any]]:
        """Takes one line of the play; gives the lines that go back before its ack."""
        event = json.loads(line)
        self.seq += 1
        if event.get("seq") != self.seq:
            raise ProtocolError(f"event {self.seq} came with seq {event.get('seq')}: {line!r}")
        take = _TAKE.get(event["event"])
        if take is None:
            raise ProtocolError(f"unknown event: {line!r}")
        return [reply for one in told(event) for reply in self._take_one(take, one)]

    def _take_one(self, take: Callable[[Executor, Event], list[dict[str, Any]] | None], event: Event) -> list[dict[str, Any]]:
        self.events.append(event)
        return take(self, event) or []

    def _on_step_output(self, event: Event) -> None:
        if event["step_key"] in self.steps:
            raise ProtocolError(f"the step {event['name']!r} was recorded twice: {event}")
        if "\t" in event["output"] or "\n" in event["output"]:
            raise ProtocolError(f"the output of {event['name']!r} holds raw tabs or line ends")
        json.loads(event["output"])
        self.steps[event["step_key"]] = event

    def _on_pause(self, event: Event) -> list[dict[str, Any]]:
        resume_id = event["resume_id"]
        if resume_id in self.withdrawn:
            raise ProtocolError(f"the pause {event['name']!r} was asked again after it was withdrawn")
        event = self.pauses.setdefault(resume_id, event)
        answer = self.answers.get(resume_id)
        if answer is None:
            decided = self.on_pause(event)
            if decided is None:
                return []
            answer = {"id": resume_id, "name": event["name"], **decided}
            if "error" not in decided:
                self.answers[resume_id] = answer
        return [{"resume": {key: value for key, value in answer.items() if key != "name"}}]

    def _on_withdraw(self, event: Event) -> list[dict[str, Any]]:
        self.withdrawn += event["resume_ids"]
        return [{"id": event["id"], "result": {}}]

    def _on_lookup(self, event: Event) -> list[dict[str, Any]]:
        self.lookups.append(event)
        wanted = event.get("version_sid")
        found = [v for v in self.library.get(event["name"], []) if not wanted or v["version_sid"] == wanted]
        if not found:
            return [{"id": event["id"], "error": {"reason": "NOT_FOUND", "message": "no such workflow"}}]
        return [{"id": event["id"], "result": found[-1]}]


    def _on_secret(self, event: Event) -> list[dict[str, Any]]:
        value = self.secrets.get(event["name"])
        if value is None:
            message = f"a test has no secrets: give secrets={{{event['name']!r}: ...}}"
            return [{"id": event["id"], "error": {"reason": "PERMISSION_DENIED", "message": message}}]
        return [{"id": event["id"], "result": value}]

    def _on_call(self, event: Event) -> list[dict[str, Any]]:
        return [{"id": event["id"], **self.on_call(event)}]


_TAKE: dict[str, Callable[[Executor, Event], list[dict[str, Any]] | None]] = {
    "span_start": lambda executor, event: executor.spans.start(event),
    "span_tag": lambda executor, event: executor.spans.tag(event),
    "span_end": lambda executor, event: executor.spans.end(event),
    "span_log": lambda executor, event: executor.logs.append(event),
    "outside": lambda executor, event: None,
    "done": lambda executor, event: None,
    "divergence": lambda executor, event: executor.divergences.append(event),
    "step_output": Executor._on_step_output,
    "pause": Executor._on_pause,
    "lookup": Executor._on_lookup,
    "call": Executor._on_call,
    "secret": Executor._on_secret,
    "withdraw": Executor._on_withdraw,
}


class Channel:
    """What the SDK's connection needs of a socket. `stop_when` ends the run: from then on the executor is gone."""

    def __init__(self, executor: Executor, stop_when: Callable[[Executor], bool]) -> None:
        self._executor = executor
        self._stop_when = stop_when
        self._rest = b""
        self._replies = bytearray()
        self.stopped = False
        #: What the executor could not take.
        self.problem: BaseException | None = None

    def send(self, data: bytes, flags: int = 0) -> int:
        if self.stopped:
            raise BrokenPipeError("the run was stopped")
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        try:
            for line in lines:
                for reply in self._executor.take(line):
                    self._reply(reply)
            if self._stop_when(self._executor):
                self.stopped = True
                self._replies.clear()
            elif lines:
                self._reply({"ack": self._executor.seq})
        except Exception as error:
            self.problem, self.stopped = error, True
        return len(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        data = bytes(self._replies[:size])
        del self._replies[: len(data)]
        return data  # nothing is the end: whoever waits has sent before, and was answered then

    def close(self) -> None:
        self.stopped = True

    def _reply(self, message: dict[str, Any]) -> None:
        self._replies += json.dumps(message).encode() + b"\n"
