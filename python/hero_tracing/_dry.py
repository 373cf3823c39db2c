"""A dry replay: does this source still meet what a play has recorded?

Recorded steps are skipped as on any replay, and nothing else of them runs: the flow is left, as if it paused, at the
first step without a record, pause without an answer, or sleep that is not over. A step that was under way when
something inside it was recorded is entered, and left after the last of these; a step that failed fails again. Each
branch is followed until it is left. What was met is told in one event at the end; the executor keeps nothing else.
"""

from __future__ import annotations

import builtins
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from . import _errors
from ._context import Span, control
from ._divergence import missing_rows
from ._json import decode, quote
from ._replay import INTERNAL, Memo, within_of
from ._trace import call_site, message_of

if TYPE_CHECKING:
    from ._play import Play
    from ._step import Step

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))

#: A place in a source: file and line.
Place = tuple[str, int]


class DryRun:
    def __init__(self, known_file: str) -> None:
        self._known_file = known_file
        self.known: dict[str, dict[str, Any]] = {}
        self.records: dict[str, tuple[str, str, str]] = {}  # step key: span, name, key of the step around it
        self.met: dict[str, Place] = {}  # step key: where it was called
        self.stops: list[tuple[str, str, str, Place]] = []  # reached, name of a step, key of the step around it, where
        self.swapped: tuple[str, str, Place] | None = None  # expected, met, where
        self.failure: BaseException | None = None
        self._last: dict[tuple[int, int], tuple[int, str, Place]] = {}
        self._held: dict[int, object] = {}  # keeps ids of threads and tasks from being used again
        self._lock = threading.RLock()

    def load(self, memo: Memo) -> None:
        """Reads what there is to meet, once it is staged."""
        with open(self._known_file, encoding="utf-8") as file:
            spans = [decode(line) for line in file if line.strip()]
        self.known = {span["span_id"]: span for span in spans}
        for key, line in memo.items():
            row = (line or "").split("\t")
            if len(row) >= 4 and not row[2].startswith(INTERNAL):
                self.records[key] = (row[1], row[2], within_of(row))

    # What the play tells

    def hit(self, play: Play, parent: Span, key: str) -> None:
        """A recorded step was met."""
        if key not in self.records:
            return
        span_id, name, _ = self.records[key]
        place = _called_at()
        order = self.known.get(span_id, {}).get("order")
        with self._lock:
            self.met[key] = place
            if order is not None:
                self._in_order(parent, order, name, place)
        self._passed(play, parent)

    def ended(self, play: Play, span: Span, status: str) -> None:
        """A pause was passed, if it has not stopped the flow."""
        if status != "awaiting_resume" and span.parent is not None:
            self._passed(play, span.parent)

    def enter(self, play: Play, step: Step) -> None:
        """Returns where the body of a step without a record may run."""
        if step.options.kind == "flow_root" or not step.options.memo:
            return
        known = self.known.get(step.span.id)
        if known is not None and known["inner"]:
            return
        if known is not None and known.get("error"):
            raise _error_of(known["error"])
        name = step.options.name
        reached = f'the new step "{name}"' if known is None else f'the step "{name}", which had not completed'
        self._stop(play, step.span, reached, name)

    def stopped(self, name: str, span: Span) -> None:
        """The flow leaves at a pause."""
        reached = f'the question "{name}"'
        if span.kind != "pause":
            reached = f"the {name}" if name.startswith("retry of ") else f'the child "{name}"'
        elif name == "sleep":
            reached = "a sleep"
        self._note(span, reached, "")

    def failed(self, error: BaseException) -> None:
        self.failure = error

    # The report

    def send_report(self, play: Play) -> None:
        expected, met, place, message = self._finding(play)
        matched = sum(1 for key in self.records if self._is_met(key))
        file, line = place
        play.conn.send(
            "dry_replay",
            f',"matched":{matched},"recorded":{len(self.records)},"reached":{quote(self._reached())},'
            f'"expected":{quote(expected)},"met":{quote(met)},"source_file":{quote(file)},"source_line":{line},'
            f'"message":{quote(message)}',
        )

    def _reached(self) -> str:
        if self.stops:
            return self.stops[0][0]
        return "the end" if self.failure is None else f"the error {_words(self.failure)}"

    def _finding(self, play: Play) -> tuple[str, str, Place, str]:
        if play.root is None:
            reason = "its flow was not called" if self.failure is None else _words(self.failure)
            return "", "", ("", 0), f"the version cannot be run: {reason}"
        play.executed.add(play.root.within)
        rows = missing_rows(play)
        if not rows:
            if self.swapped is None:
                return "", "", ("", 0), ""
            expected, met, place = self.swapped
            words = f"the step {met!r} came{_at(place)} before the step {expected!r}, and after it when they were recorded"
            return expected, met, place, words
        row = rows[0]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        met, place, came = self._instead(row)
        return row[2], met, place, f"the recorded step {row[2]!r}{more} was expected, but {came}{_at(place)}"

    def _instead(self, row: list[str]) -> tuple[str, Place, str]:
        """What came where the record of this row was expected: a step's name, the place, and words for both."""
        within = within_of(row)
        order = self.known.get(row[1], {}).get("order", -1)
        later = [
            (self.known[record[0]]["order"], record[1], self.met[key])
            for key, record in self.records.items()
            if key in self.met and record[2] == within and self.known.get(record[0], {}).get("order", -1) > order
        ]
        if later and not row[2].startswith(INTERNAL):
            _, name, place = min(later)
            return name, place, f"{name!r} came"
        stops = [stop for stop in self.stops if stop[2] == within] or self.stops
        if stops:
            reached, name, _, place = stops[0]
            return name, place, f"{reached} came"
        if self.failure is not None:
            return "", _raised_at(self.failure), f"the flow failed with {_words(self.failure)}"
        return "", ("", 0), "the flow ended"

    def _is_met(self, key: str) -> bool:
        while key in self.records:
            if key in self.met:
                return True
            key = self.records[key][2]
        return False

    # Leaving

    def _passed(self, play: Play, parent: Span) -> None:
        """Leave the innermost step under way of which everything recorded has been met."""
        node: Span | None = parent
        done: Span | None = None
        with self._lock:
            while node is not None:
                known = self.known.get(node.id)
                if known is not None and known["inner"] and node.kind != "flow_root":
                    known["inner"] -= 1
                    if not known["inner"] and done is None:
                        done = node
                node = node.parent
        if done is None:
            return
        error = self.known[done.id].get("error")
        if error:
            raise _error_of(error)
        self._stop(play, done, f'the part of the step "{done.name}" that had not completed', "")

    def _stop(self, play: Play, span: Span, reached: str, name: str) -> None:
        self._note(span, reached, name)
        play.pause_here(name or span.name, span)

    def _note(self, span: Span, reached: str, name: str) -> None:
        with self._lock:
            parent = span.parent
            self.stops.append((reached, name, parent.within if parent is not None else "", _called_at()))

    def _in_order(self, parent: Span, order: int, name: str, place: Place) -> None:
        where = control()
        if isinstance(where, int):
            where = threading.current_thread()
        self._held[id(where)] = where
        key = (id(parent), id(where))
        last = self._last.get(key)
        if last is not None and last[0] > order and self.swapped is None:
            self.swapped = (name, last[1], last[2])
        if last is None or last[0] < order:
            self._last[key] = (order, name, place)


def _called_at() -> Place:
    return call_site() or ("", 0)


def _raised_at(error: BaseException) -> Place:
    place, trace = ("", 0), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "/" not in file and not file.startswith("<"):
            place = (file, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _at(place: Place) -> str:
    return f" ({place[0]} line {place[1]})" if place[1] else ""


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {message_of(error)}"


def _error_of(recorded: dict[str, Any]) -> Exception:
    """The recorded error of a step that failed, of its class where that can be found."""
    message = str(recorded.get("message", ""))
    found = _error_class(str(recorded.get("type", "")))
    error: Exception = found.__new__(found, message)
    error.args = (message,)
    return error


def _error_class(name: str) -> type[Exception]:
    for module in (builtins, sys.modules.get("flow"), _errors):
        found = getattr(module, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return found
    return type(name if name.isidentifier() else "StepFailed", (Exception,), {})
