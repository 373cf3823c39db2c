"""Does a replay do what was recorded?

Looked at when the flow reaches its end or a pause. A record that was not met is missing when the step that encloses it
ran in this process (`within` of the record); inside a step whose own record was used, and in the branches that lost a
race, nothing is expected. A new step that is followed by a recorded one, in the same thread or task and under the same
span, came out of order. The first finding is reported.

It is a warning unless the version stops on divergence. Then the play fails at the first moment that is certain: before
the body of a new step while recorded ones below the same span are still to come, when a recorded one is met after a
new one, or at the pause or the end. A step that failed and was not retried leaves no output, so with `stop` its failure
is recorded: it may run again in its old place.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from typing import TYPE_CHECKING, Any

from ._context import NewStep, Span
from ._errors import Divergence
from ._json import decode, quote
from ._play import Play
from ._replay import INTERNAL, is_optional

if TYPE_CHECKING:
    from ._step import Step

_ADVICE = (
    "Between two resumes a flow must make the same calls in the same order: take times, random values and outside "
    "state from flow.now(), flow.random(), flow.uuid() or a step."
)
_FAILED = INTERNAL + "failed"
#: Spans that leave no record (failed, refused) make gaps in the numbers of a name; so many in a row are looked over.
_GAP = 32

Where = tuple[str, int]


def report(play: Play) -> None:
    """At the end or a pause of the flow. Raises Divergence when the version stops on it."""
    if not play.replaying or play.cancelled or play.root is None or play.diverged is not None:
        return
    missing = [row[2] for row in missing_rows(play)]
    if missing:
        met = play.first_new
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        if met is not None:
            _found(play, missing[0], met, f"the recorded step {missing[0]!r}{more} was not met again; "
                   f"the new step {met.name!r} ran instead")  # fmt: skip
        else:
            until, where = _until(play, missing[0])
            _found(play, missing[0], None, f"the recorded step {missing[0]!r}{more} was not met again {until}", where)
    elif play.out_of_order is not None:
        _found_order(play)


def check_order(play: Play) -> None:
    """After a memo hit: a version that stops on divergence does not go on after one that came out of order."""
    if play.stop_on_divergence and play.out_of_order is not None and play.diverged is None:
        _found_order(play)


def check_new_step(play: Play, parent: Span, key: str, met: NewStep) -> None:
    """Before the body of a step that is not recorded. Raises Divergence when recorded ones below `parent` had to come first."""
    if not play.stop_on_divergence or not play.replaying or not _is_alone():
        return
    if play.recall(_failure_key(key)) is not None:
        return
    expected = _next_recorded(play, parent)
    if expected:
        _found(play, expected, met, f"the new step {met.name!r} came before the recorded step {expected!r}")


def remember_failure(play: Play, step: Step) -> None:
    """A step failed for good, and the flow may go on without it."""
    if play.stop_on_divergence and step.options.memo and step.options.kind != "flow_root" and not step.span.gave_up():
        assert step.span.parent is not None
        key = _failure_key(step.key)
        if key not in play.memo:
            play.remember("failed", step.options.name, parent=step.span.parent, key=key)


def _failure_key(key: str) -> str:
    return hashlib.sha1(f"failed|{key}".encode()).hexdigest()


def missing_rows(play: Play) -> list[list[str]]:
    """The records that should have been met and were not, in their order."""
    missing: list[list[str]] = []
    after_last_hit: list[list[str]] = []
    for line in play.memo.values():
        if line is None:
            after_last_hit.clear()
            continue
        row = line.split("\t")
        if len(row) < 4 or row[2] == _FAILED or is_optional(row):
            continue
        within, *branches = row[4].split("~") if len(row) > 4 else [""]
        if branches and not play.lost_branches.isdisjoint(branches):
            continue
        if not within:
            after_last_hit.append(row)  # nothing says where it belongs: surely missing only when nothing later was met
        elif within in play.partial:
            continue
        elif within in play.executed or (within not in play.memo and within not in play.begun):
            missing.append(row)
    return missing + after_last_hit


# With `stop`: what is still to come below a span


def _is_alone() -> bool:
    """Nobody else makes calls below the spans of this thread or task, so their order is that of the record."""
    own = threading.current_thread()
    for thread in threading.enumerate():
        if thread not in (own, threading.main_thread()) and not thread.name.startswith(("flow.", "step ")):
            return False
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is None or asyncio._get_running_loop() is None or len(asyncio.all_tasks()) < 2


def _next_recorded(play: Play, parent: Span) -> str:
    """The name of a recorded step directly below `parent` that was not met yet, or ""."""
    scope = (parent.id, parent.attempt)
    children = play.recorded_below.get(scope)
    if children is None:
        children = play.recorded_below[scope] = _children(play, parent)
    while children:
        key, name = children[-1]
        if play.memo.get(key) is not None:
            return name
        children.pop()
    return ""


def _children(play: Play, parent: Span) -> list[tuple[str, str]]:
    """Key and name of the steps recorded directly below `parent`, the first one last."""
    place = parent.place()
    rows = [line.split("\t", 5) for line in play.memo.values() if line is not None]
    here = [row for row in rows if len(row) > 4 and row[4] == place and not row[2].startswith(INTERNAL)]
    ids: set[str] = set()
    by_id = {row[1] for row in here}
    for name in dict.fromkeys(row[2] for row in here):
        n = last = 0
        while n - last < _GAP:
            if (id := parent.id_of(name, n)) in by_id:
                ids.add(id)
                last = n
            n += 1
    return [(row[0], row[2]) for row in reversed(here) if row[1] in ids]


# What is told


def _until(play: Play, missing: str) -> tuple[str, Where | None]:
    """Up to where the flow was followed: the line of the pause; at the end, the line where the missing step is declared."""
    if play.signals:
        signal = play.signals[0]
        return f"before the pause {signal.name!r}", signal.where
    for name, module in list(sys.modules.items()):
        if name == "flow" or name.startswith("flow_"):
            for value in list(vars(module).values()):
                options = getattr(getattr(value, "declaration", None), "options", None)
                if options is not None and options.name == missing:
                    return "before the flow ended; it is declared here", options.source
    return "before the flow ended", None


def _found_order(play: Play) -> None:
    assert play.out_of_order is not None
    expected, met = play.out_of_order
    _found(play, expected, met, f"the new step {met.name!r} came before the recorded step {expected!r}")


def _found(play: Play, expected: str, met: NewStep | None, finding: str, where: Where | None = None) -> None:
    assert play.root is not None
    where = met.where if met is not None else where
    member = f',"source_file":{quote(where[0])},"source_line":{where[1]}' if where else ""
    at = f" ({where[0]}, line {where[1]})" if where else ""
    message = f"This replay differs from what was recorded: {finding}{at}. {_ADVICE}"
    play.conn.send(
        "divergence",
        f',"span_id":"{play.root.id}","expected":{quote(expected)},"met":{quote(met.name if met else "")}{member},'
        f'"message":{quote(message)}',
    )
    if play.stop_on_divergence:
        play.diverged = Divergence(message)
        play.alert = True
        raise play.diverged
