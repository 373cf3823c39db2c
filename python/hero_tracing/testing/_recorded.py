"""Recorded plays: a play as a file, replayed against the present source and SDK (docs/recorded-plays.md).

A replay leaves out the entry's own record, so its body runs again; each recorded step must be met again, nothing new may
be recorded, and the play must end as it did. With `deep`, steps that hold other records run again as well, so that every
key below them is met. Bodies of recorded steps do not run; those of steps that failed or had not ended do, as they
would in a play that goes on; a play that was stopped from outside is replayed as far as its record goes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import pathlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .._json import decode, encode
from ..run import EXIT_OK, EXIT_PAUSED
from ._clock import SkippingClock
from ._executor import Executor
from ._run import Job, Outcome, UnexpectedBody, output_of_root, run_once
from ._source import FlowSource, Source

if TYPE_CHECKING:
    from .._step import Step
    from ._played import Played

FORMAT = "hero-logic recorded play"
VERSION = 1
#: Ends that come from outside: a replay goes as far as the record does.
_STOPPED = ("cancelled", "timed_out")
_KEEP = ("step_key", "span_id", "name", "output", "within")


class RecordingMismatch(AssertionError):
    """A recorded play does not fit: running plays like it could not go on, or would go on differently."""


@dataclasses.dataclass(frozen=True)
class Replayed:
    """How a replay went."""

    status: str
    #: The result, as read back from JSON; None unless it succeeded.
    output: Any
    #: How many records were met again, or made anew with the same key and output.
    matched: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecordedPlay:
    """One file. The texts are JSON texts, as they were recorded."""

    workflow: str
    version_sid: str
    parent_span: str
    source: str
    source_sha256: str
    input: str
    steps: list[dict[str, str]]
    answers: list[dict[str, Any]]
    #: Resume ids of the pauses that were open.
    open_pauses: list[str]
    status: str
    output: str | None
    error: dict[str, Any] | None
    spans: list[dict[str, Any]]
    library: list[dict[str, Any]]
    #: When it was exported: what time it is for the replay.
    at_ms: int

    def write(self, path: pathlib.Path) -> pathlib.Path:
        document = {"format": FORMAT, "version": VERSION, **dataclasses.asdict(self)}
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def replay(
        self,
        flow: FlowSource | None = None,
        *,
        deep: bool = False,
        replace: Mapping[str, Callable[..., Any]] | None = None,
        folder: str | os.PathLike[str] | None = None,
        beside: str | os.PathLike[str] | None = None,
    ) -> Replayed:
        """Replay against `flow` (default: the recorded source). RecordingMismatch says where they part."""
        given = (
            Source.of_text(self.source, self.workflow) if flow is None else Source(flow, self.workflow, beside=beside)
        )
        return _Replay(self, deep).run(given, replace or {}, None if folder is None else pathlib.Path(folder))


_IN_PAGE = re.compile(r'<script type="application/json" id="recorded-play">(.*?)</script>', re.S)


def load_recorded(path: str | os.PathLike[str]) -> RecordedPlay:
    """Read a recorded play, or the one in an exported page. ValueError when it is none, or of a version that is not known."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    in_page = _IN_PAGE.search(text) if text.startswith("<!doctype html>") else None
    document = json.loads(text if in_page is None else in_page[1])
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is not a recorded play")
    version = document.pop("version", None)
    if version != VERSION:
        raise ValueError(f"{path} has version {version} of the format; this hero_tracing reads version {VERSION}")
    known = [field.name for field in dataclasses.fields(RecordedPlay)]
    missing = [name for name in known if name not in document]
    if missing:
        raise ValueError(f"{path} has no {', '.join(missing)}")
    return RecordedPlay(**{name: document[name] for name in known})


def write_played(played: Played, path: pathlib.Path) -> pathlib.Path:
    job, executor = played._job, played._executor
    if not job.source.text:
        raise ValueError("the source of this flow cannot be read, so its play cannot be exported")
    live = [sid for sid in job.live_library if any(sid == v["version_sid"] for v in _met(executor))]
    if live or job.replace:
        raise ValueError("export needs the real flows: give `library` as paths or texts, and no `replace`")
    spans = executor.spans.by_id.values()
    return RecordedPlay(
        workflow=job.source.name,
        version_sid=job.version_sid,
        parent_span="",
        source=job.source.text,
        source_sha256=job.source.sha256,
        input=encode(job.inputs, "inputs"),
        steps=[{key: step.get(key, "") for key in _KEEP} for step in executor.steps.values()],
        answers=list(executor.answers.values()),
        open_pauses=[i for i in executor.pauses if i not in executor.answers]
        if played.status == "awaiting_resume"
        else [],
        status=played.status,
        output=played.output_text,
        error=played.error and {"type": played.error["type"], "message": played.error["message"]},
        spans=[
            {key: getattr(span, key) for key in ("span_id", "parent_id", "name", "kind", "status", "attempt")}
            for span in spans
        ],
        library=_met(executor),
        at_ms=played.clock.now_ms(),
    ).write(path)


def _met(executor: Executor) -> list[dict[str, Any]]:
    """The versions of the library that the play used."""
    used = {decode(s["output"])["version_sid"] for s in executor.steps.values() if s["name"] == "flow.invoke"}
    return [version for versions in executor.library.values() for version in versions if version["version_sid"] in used]


class _Replay:
    def __init__(self, record: RecordedPlay, deep: bool) -> None:
        self.record = record
        self.deep = deep
        self.steps = {step["step_key"]: step for step in record.steps}
        self.spans = {span["span_id"]: span for span in record.spans}
        #: Records that are left out, so that the bodies run again which made them.
        self.dropped = {key for key, step in self.steps.items() if self._is_root(step)}
        if deep:
            outer = {step["within"] for step in record.steps}
            self.dropped |= {key for key in outer & self.steps.keys() if self._attempts(self.steps[key]) == 1}
        self.skipped: set[str] = set()  # steps of which some attempts do not run again
        self.executor = Executor()
        self.executor.steps = {key: dict(step) for key, step in self.steps.items() if key not in self.dropped}
        self.executor.answers = {answer["id"]: dict(answer) for answer in record.answers}
        for version in record.library:
            self.executor.library.setdefault(version["name"], []).append(version)

    def _is_root(self, step: dict[str, str]) -> bool:
        span = self.spans.get(step["span_id"], {})
        return span.get("kind") == "flow_root" and span["name"] == step["name"]

    def _attempts(self, step: dict[str, str]) -> int:
        return int(self.spans.get(step["span_id"], {}).get("attempt", 1))

    def run(self, source: Source, replace: Mapping[str, Callable[..., Any]], folder: pathlib.Path | None) -> Replayed:
        record = self.record
        job = Job(
            source=source,
            inputs=decode(record.input),
            clock=SkippingClock(dt.datetime.fromtimestamp(record.at_ms / 1000, dt.timezone.utc)),
            version_sid=record.version_sid,
            parent_span=record.parent_span,
            replace=replace,
            folder=folder,
            may_run=self._may_run,
        )
        kept = set(self.executor.steps)
        try:
            outcome = run_once(self.executor, job)
        except UnexpectedBody as error:
            if record.status in _STOPPED and not [key for key in error.unmet if self._is_expected(key)]:
                return Replayed(record.status, None, len(kept) - len(error.unmet))
            raise self._mismatch(f"{error}{self._instead_of(error.unmet)}") from None
        if (
            self.executor.divergences and not self.deep
        ):  # deep, the order of records means nothing; each is checked below
            raise self._mismatch(self.executor.divergences[0]["message"])
        self.skipped = outcome.partial
        self._compare_end(outcome)
        made = self._compare_records(kept)
        missing = [key for key in outcome.unmet if self._is_expected(key)]
        if missing:
            raise self._mismatch(f"the recorded step {self.steps[missing[0]]['name']!r} was not met again")
        text = output_of_root(self.executor) if record.status == "success" else None
        return Replayed(record.status, None if text is None else decode(text), len(kept) - len(outcome.unmet) + made)

    def _may_run(self, step: Step) -> bool:
        if step.options.kind == "flow_root" or not step.options.memo or step.key in self.dropped:
            return True
        span = self.spans.get(step.span.id) if self.record.status not in _STOPPED else None
        return span is not None and span["status"] not in ("ok", "replayed")

    def _is_expected(self, key: str) -> bool:
        """Every step around it runs again, as far as it is recorded, in all its attempts."""
        within = self.steps[key]["within"]
        if within in self.skipped:
            return False
        while within in self.steps:
            if within not in self.dropped:
                return False
            within = self.steps[within]["within"]
        return True

    def _instead_of(self, unmet: list[str]) -> str:
        expected = [key for key in unmet if self._is_expected(key)]
        return f"; the next recorded step that was not met is {self.steps[expected[0]]['name']!r}" if expected else ""

    def _compare_records(self, kept: set[str]) -> int:
        made = [step for key, step in self.executor.steps.items() if key not in kept]
        for step in made:
            old = self.steps.get(step["step_key"])
            if old is None:
                raise self._mismatch(f"{step['name']!r} was recorded under a new key")
            for what in ("name", "span_id", "within", "output"):
                if old[what] != step.get(what, ""):
                    raise self._mismatch(
                        f"the {what} of step {old['name']!r} is {_short(step.get(what, ''))}; recorded: {_short(old[what])}"
                    )
        return len(made)

    def _compare_end(self, outcome: Outcome) -> None:
        record = self.record
        if record.status in _STOPPED:  # stopped from outside: how it would have ended is not known
            return
        if record.status == "awaiting_resume":
            open_now = [i for i in self.executor.pauses if i not in self.executor.answers]
            if outcome.code != EXIT_PAUSED or sorted(open_now) != sorted(record.open_pauses):
                asked = [self.executor.pauses[i]["name"] for i in open_now]
                raise self._mismatch(f"it does not wait for what it waited for; open now: {asked or 'nothing'}")
            return
        if outcome.code == EXIT_PAUSED:
            names = ", ".join(repr(pause["name"]) for pause in self.executor.pauses.values())
            raise self._mismatch(f"it waits at {names}, although it ended as {record.status}")
        status = "success" if outcome.code == EXIT_OK else "failed"
        roots = [span.error for span in self.executor.spans.roots if span.error]
        error = f": {roots[0]['type']}: {roots[0]['message']}" if roots else ""
        if status != record.status:
            raise self._mismatch(f"it ended as {status}{error}; recorded: {record.status}")
        if status == "failed" and roots and record.error:
            if (roots[0]["type"], roots[0]["message"]) != (record.error["type"], record.error["message"]):
                raise self._mismatch(f"it failed otherwise{error}; recorded: {record.error['message']}")

    def _mismatch(self, reason: str) -> RecordingMismatch:
        return RecordingMismatch(f"the recorded play of {self.record.workflow!r} does not fit: {reason}")


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
