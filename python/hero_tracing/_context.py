"""Where we are: the play of this process and the span of this thread or task.

A span is a node of the tree; it hands out the identities of what happens below it. Occurrence numbers are taken in
the order of the calls, and are safe to take from several threads. Span ids count equal names, step keys equal names
with equal arguments, so that branches which overtake each other still find their own records.
"""

from __future__ import annotations

import hashlib
import importlib
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


#: A span's part of the path: its text, or what `step_key` gave of a call, of which few need the text.
Part = str | tuple[str, bytes, int]
#: Calls whose text is longer are told apart by its digest.
_SHORT = 64


class Span:
    # What few spans change stands here once: a play makes one for each step.
    attempt = 1
    _retry = ""  # what `scope` ends with
    _path: str | None = None
    _scope = ""
    _here: tuple[str, str] | None = None  # path and scope in the first attempt, once something has begun below
    usd = 0.0
    prefix: bytes | None = None  # what the keys of the steps below are made of begins with it
    last_new: NewStep | None = None
    abandoned = False

    def __init__(
        self,
        parent: Span | None,
        span_id: str,
        name: str,
        kind: str,
        above: tuple[str, str],
        part: Part,
        version_sid: str,
        within: str,
    ) -> None:
        """`above`: the path and the scope of its parent when it began; `part` is its own of both."""
        self.parent = parent
        self.id = span_id
        self.name = name
        self.kind = kind
        self._above = above
        self._part = part
        self.version_sid = version_sid
        self.within = within  # key of the nearest recorded step, this one included
        self.counters: dict[Hashable, itertools.count[int]] = {}
        self.branch: RaceBranch | None = parent.branch if parent is not None else None

    @property
    def path(self) -> str:
        """Of pauses: an answer holds for every attempt."""
        return self._find_path() if self._path is None else self._path

    @property
    def scope(self) -> str:
        """Of steps: each attempt runs its steps afresh."""
        if self._path is None:
            self._find_path()
        return f"{self._scope}{self._retry}" if self._retry else self._scope

    def _find_path(self) -> str:
        above, scope = self._above
        part = self._part
        text = part if isinstance(part, str) else f"{_part(part[0])}:{_sha1(part[1])[:16]}#{part[2]}"
        path = f"{above}/{text}" if above else text
        self._scope = path if scope is above else (f"{scope}/{text}" if scope else text)
        self._path = path
        return path

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
        return _sha1(f"span|{scope}|{name}|{n}".encode("utf-8", "replace"))[:16]

    def place(self) -> str:
        """Where a record made below this span belongs: `within`, and the branches of races that it is in."""
        return self.within if self.branch is None else f"{self.within}{self.branch.suffix}"

    def step_key(self, name: str, arguments: str, version_sid: str = "") -> tuple[str, Part]:
        """The key of the next equal call below this span, and its part of the path.

        The path knows no version: an answer finds its pause again when the play moves to another one.
        """
        if version_sid and version_sid != self.version_sid:
            prefix = f"{version_sid}|{self.scope}|".encode("utf-8", "replace")
        else:
            if self.prefix is None:
                self.prefix = f"{self.version_sid}|{self.scope}|".encode("utf-8", "replace")
            prefix = self.prefix
        text = f"{name}|{arguments}|".encode("utf-8", "surrogatepass")
        if len(text) <= _SHORT:
            n = self.occurrence(text)
            return _sha1(b"%b%b%d" % (prefix, text, n)), (name, text, n)
        call = _sha1(text)[:16]
        n = self.occurrence(call.encode())
        return _sha1(b"%b%b%d" % (prefix, text, n)), f"{_part(name)}:{call}#{n}"

    def resume_id(self, name: str, *, per_attempt: bool = False) -> str:
        n = self.occurrence(("pause", name))
        path = self.scope if per_attempt else self.path
        return _sha1(f"pause|{path}|{name}|{n}".encode("utf-8", "replace"))[:16]

    def below(self, name: str, kind: str, recorded: tuple[str, Part] | None = None, version_sid: str = "") -> Span:
        """A new span below this one. `recorded` is what `step_key` gave, for steps whose output is recorded."""
        span_id, n = self.child_id(name)
        within, part = recorded or (self.within, f"{_part(name)}#{n}")
        above = self._here if self.attempt == 1 else (self.path, self.scope)
        if above is None:
            above = self._here = (self.path, self.scope)
        return Span(self, span_id, name, kind, above, part, version_sid or self.version_sid, within)

    def next_attempt(self, attempt: int) -> None:
        """What runs below from now on belongs to this attempt."""
        self._retry = f"@{attempt}"
        self.attempt = attempt
        self.prefix = None
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


def _sha1(data: bytes) -> str:
    """In hex. OpenSSL takes less time for a long text, and for a short one more: it works with much memory, which is not in the
    cache of the processor where many plays take turns."""
    return (_small_sha1 if len(data) <= _SMALL else hashlib.sha1)(data).hexdigest()


_SMALL = 500
try:
    _small_sha1 = importlib.import_module("_sha1").sha1
except ImportError:  # a Python that was built without it
    _small_sha1 = hashlib.sha1

#: Read as a name of the module: it is met in every step.
_count = itertools.count

play: Play | None = None
current: ContextVar[Span | None] = ContextVar("hero_span", default=None)
#: The pause signal that was raised in this thread or task.
leaving: ContextVar[PauseSignal | None] = ContextVar("hero_leaving", default=None)
