"""Where we are: the play of this process and the span of this thread or task.

A span is a node of the tree; it hands out the identities of what happens below it. Occurrence numbers are taken in
the order of the calls, and are safe to take from several threads. Span ids count equal names, step keys equal names
with equal arguments, so that branches which overtake each other still find their own records.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import threading
from collections.abc import Hashable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from ._check import check_number
from ._json import quote

if TYPE_CHECKING:
    from ._errors import PauseSignal
    from ._play import Play
    from ._race import RaceBranch


class NewStep(NamedTuple):
    """A step that a replay met and that no run before had recorded."""

    name: str
    where: tuple[str, int] | None  # file and line of the call
    control: object


class Span:
    # What few spans change stands here once: a play makes one for each step.
    attempt = 1
    usd = 0.0
    hash: Any = None  # of what the keys of the steps below begin with
    last_new: NewStep | None = None
    abandoned = False

    def __init__(
        self,
        parent: Span | None,
        span_id: str,
        name: str,
        kind: str,
        path: str,
        scope: str,
        version_sid: str,
        within: str,
    ) -> None:
        self.parent = parent
        self.id = span_id
        self.name = name
        self.kind = kind
        self.path = path  # of pauses: an answer holds for every attempt
        self.scope = scope  # of steps: each attempt runs its steps afresh
        self.version_sid = version_sid
        self.within = within  # key of the nearest recorded step, this one included
        self.counters: dict[Hashable, itertools.count[int]] = {}
        self.branch: RaceBranch | None = parent.branch if parent is not None else None

    def occurrence(self, of: Hashable) -> int:
        counter = self.counters.get(of)
        if counter is None:
            counter = self.counters.setdefault(of, _count())
        return next(counter)

    def child_id(self, name: str) -> tuple[str, int]:
        """The id of the next span of this name below this one, and its occurrence."""
        n = self.occurrence(name)
        return self.id_of(name, n), n

    def id_of(self, name: str, n: int) -> str:
        """The id of the n-th span of this name below this one."""
        scope = self.id if self.attempt == 1 else f"{self.id}@{self.attempt}"
        return _sha1(f"span|{scope}|{name}|{n}".encode("utf-8", "replace")).hexdigest()[:16]

    def place(self) -> str:
        """Where a record made below this span belongs: `within`, and the branches of races that it is in."""
        return self.within if self.branch is None else f"{self.within}{self.branch.suffix}"

    def step_key(self, name: str, arguments: str, version_sid: str = "") -> tuple[str, str]:
        """The key of the next equal call below this span, and its part of the path.

        The path knows no version: an answer finds its pause again when the play moves to another one.
        """
        if version_sid and version_sid != self.version_sid:
            state = _sha1(f"{version_sid}|{self.scope}|".encode())
        else:
            if self.hash is None:
                self.hash = _sha1(f"{self.version_sid}|{self.scope}|".encode("utf-8", "replace"))
            state = self.hash.copy()
        text = f"{name}|{arguments}|".encode("utf-8", "surrogatepass")
        call = _sha1(text).digest()[:8]
        n = self.occurrence(call)
        state.update(b"%b%d" % (text, n))
        return state.hexdigest(), f"{_part(name)}:{call.hex()}#{n}"

    def resume_id(self, name: str, *, per_attempt: bool = False) -> str:
        n = self.occurrence(("pause", name))
        path = self.scope if per_attempt else self.path
        return _sha1(f"pause|{path}|{name}|{n}".encode("utf-8", "replace")).hexdigest()[:16]

    def below(self, name: str, kind: str, recorded: tuple[str, str] | None = None, version_sid: str = "") -> Span:
        """A new span below this one. `recorded` is what `step_key` gave, for steps whose output is recorded."""
        span_id, n = self.child_id(name)
        if recorded:
            within, part = recorded
        else:
            within, part = self.within, f"{_part(name)}#{n}"
        above, scope = self.path, self.scope
        path = f"{above}/{part}" if above else part
        below = path if scope is above else (f"{scope}/{part}" if scope else part)
        return Span(self, span_id, name, kind, path, below, version_sid or self.version_sid, within)

    def next_attempt(self, attempt: int) -> None:
        """What runs below from now on belongs to this attempt."""
        self.scope = f"{self.scope.rpartition('@')[0] if self.attempt > 1 else self.scope}@{attempt}"
        self.attempt = attempt
        self.hash = None
        self.counters = {}

    def lineage(self) -> set[str]:
        ids, span = set(), self
        while span.parent is not None:
            ids.add(span.id)
            span = span.parent
        return ids

    def gave_up(self) -> bool:
        """It is part of a branch that lost its race."""
        return self.branch is not None and self.branch.is_lost()

    def tag(self, key: str, value: Any) -> None:
        """Attach a value to this span."""
        if play is not None:
            play.tag(self, {key: value})

    def log(self, text: str) -> None:
        """Write a line to the log of this span."""
        if play is not None:
            play.log(self.id, str(text))

    def title(self, text: str) -> None:
        """The line that people read instead of the span's name."""
        if play is not None:
            play.tag(self, {}, f',"title":{quote(str(text))}')

    def cost(self, usd: float) -> None:
        """Add to the cost of this span, in US dollars."""
        if play is not None:
            check_number("usd", usd, fix="for example flow.current_span.cost(0.002)")
            self.usd += usd
            play.tag(self, {"cost_usd": self.usd})


def root_part(name: str) -> str:
    """The root's part of the path: without its arguments, so that a fork with another input finds what it can reuse."""
    return f"{_part(name)}#0"


def _part(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F").replace("|", "%7C") if not name.isidentifier() else name


def control() -> object:
    """Identifies the task, or else the thread, that runs now."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and asyncio._get_running_loop() is not None:
        return asyncio.current_task() or threading.get_ident()
    return threading.get_ident()


#: Read as names of the module: they are met in every step.
_sha1 = hashlib.sha1
_count = itertools.count

play: Play | None = None
current: ContextVar[Span | None] = ContextVar("hero_span", default=None)
#: The pause signal that was raised in this thread or task.
leaving: ContextVar[PauseSignal | None] = ContextVar("hero_leaving", default=None)
