"""`spawn=True`: flows of the library as plays of their own, awaited by this one.

Each child is one span of kind `subflow` and one `pause` of kind child: asking starts the play, its end is the answer. A
child that succeeded is recorded like a step; any other end is the answer itself, which each replay meets again as
`ChildFailed`. All children of one `flow.map` are asked for before the play leaves, and awaited as one group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from . import _context
from ._check import check_name, check_text
from ._context import Span
from ._errors import ChildFailed, PlayRefused
from ._json import canonical, decode, encode, quote
from ._masks import refuse_secret
from ._play import Play


def spawn_one(name: str, version_sid: str, inputs: dict[str, Any]) -> Any:
    """Start a flow as a play, and return its output."""
    return Batch(name, [inputs], version_sid=version_sid).outcome()[0]


class Batch:
    """Children of one call: asked for when it is made, then waited for together."""

    def __init__(
        self,
        name: str,
        inputs: Iterable[Any],
        *,
        version_sid: str = "",
        is_group: bool = False,
        limit: int = 0,
    ) -> None:
        check_name(name)
        check_text("version_sid", version_sid)
        play = _context.play
        if play is None:
            raise RuntimeError(f"flow.invoke({name!r}) needs a play: outside there is no library of flows")
        self.play = play
        self.asked = 0
        parent = play.enter()
        self.children = [_Child(play, parent, name, version_sid, one) for one in inputs]
        # All inputs are encoded before the first play starts: one that is no JSON must not leave others behind.
        for index, child in enumerate(self.children):
            if child.is_open():
                child.encode_input(f"item {index} for flow {name!r}" if is_group else f"flow {name!r}")
        group = _digest("group", self.children[0].key) if is_group and self.children else ""
        play.before_body()
        for child in self.children:
            if child.begin():
                self.asked = child.ask(group, limit)
        self.again = lambda: self._ask_again(group, limit)

    def outcome(self) -> list[Any]:
        """The outputs in order, or the first error in order. Leaves the process while a child has not ended."""
        self.wait()
        return self.results()

    def wait(self) -> None:
        """Returns when every play that was asked for is started for sure."""
        if self.asked:
            self.play.wait_for(self.asked)

    def results(self) -> list[Any]:
        waiting = [child for child in self.children if not child.settle()]
        if waiting and (branch := waiting[0].span.branch) is not None and branch.wait(None, self.again):
            waiting = [child for child in waiting if not child.settle()]
        for child in waiting:
            self.play.end(child.span, "awaiting_resume")
        if waiting:
            self.play.pause_here(waiting[0].name, waiting[0].span)
        for child in self.children:
            if child.error is not None:
                raise child.error
        return [child.value for child in self.children]

    def _ask_again(self, group: str, limit: int) -> bool:
        """Whether all have ended by now: asking again brings the answer."""
        waiting = [child for child in self.children if child.is_open()]
        for child in waiting:
            self.asked = child.ask(group, limit)
        self.wait()
        return not any(child.is_open() for child in waiting)


class _Child:
    __slots__ = ("arguments", "error", "input", "key", "name", "parent", "play", "resume_id", "span", "value", "version")

    span: Span

    def __init__(self, play: Play, parent: Span, name: str, version_sid: str, inputs: Any) -> None:
        self.play = play
        self.parent = parent
        self.name = name
        self.version = version_sid
        self.input = inputs
        self.value: Any = None
        self.error: BaseException | None = None
        self.arguments = canonical(inputs)
        what = f'{{"inputs":{self.arguments},"spawn":true,"version_sid":{quote(version_sid)}}}'
        self.key, part = parent.step_key(name, what)
        line = play.memo.get(self.key)
        if line is not None:
            self.resume_id = ""
            self.value = play.replay(parent, self.key, line, name, quote(name), "subflow")
            return
        self.resume_id = _digest("child", self.key)
        self.span = play.below(parent, name, "subflow", recorded=(self.key, part))

    def is_open(self) -> bool:
        """It is neither recorded nor answered."""
        return self.resume_id != "" and self.resume_id not in self.play.answers

    def encode_input(self, what: str) -> None:
        self.input = encode(self.input, what, part="input")
        refuse_secret(self.input, what, "input")

    def begin(self) -> bool:
        """Show it, unless it is recorded. True = it is still to be asked for."""
        if not self.resume_id:
            return False
        self.play.begun.add(self.key)
        self.play.start(self.span, arguments=self.arguments)
        return self.is_open()

    def ask(self, group: str, limit: int) -> int:
        """Start it, unless an earlier run did. Returns the seq to wait for."""
        line = (
            f',"name":{quote(self.name)},"span_id":"{self.span.id}","kind":"child",'
            f'"workflow":{quote(self.name)},"input":{quote(self.input)},"has_default":false'
        )
        if self.version:
            line += f',"version_sid":{quote(self.version)}'
        if group:
            line += f',"group":"{group}"'
        if limit:
            line += f',"group_limit":{limit}'
        return self.play.queue_pause(self.span, self.resume_id, line)

    def settle(self) -> bool:
        """Take up how it ended; False while it has not."""
        if not self.resume_id:
            return True
        answer = self.play.answers.get(self.resume_id)
        if answer is None:
            return False
        if "error" in answer:
            self._fail("failed", PlayRefused(str(answer["error"])))
            return True
        payload = answer["payload"]
        outcome = decode(payload)
        if outcome.get("usage"):  # the parent counts it as its own
            self.play.tag(self.span, outcome["usage"])
        if outcome["status"] != "success":
            self._fail(outcome["status"], ChildFailed(outcome["play_sid"], outcome["status"], outcome.get("error")))
            return True
        self.value = outcome["output"]
        self._record(payload[payload.index(_OUTPUT) + len(_OUTPUT) : -1].strip())
        return True

    def _record(self, text: str) -> None:
        """The output as the child recorded it, not as this process would write it."""
        self.play.executed.add(self.key)
        self.play.end(self.span, "ok", output=text, key=self.key)

    def _fail(self, status: str, error: BaseException) -> None:
        self.error = error
        self.play.end(self.span, status if status in ("cancelled", "timed_out") else "failed", error=error)


#: The scheduler writes the output last, after members without this text.
_OUTPUT = '"output":'


def _digest(kind: str, key: str) -> str:
    return hashlib.sha1(f"{kind}|{key}".encode()).hexdigest()[:16]
