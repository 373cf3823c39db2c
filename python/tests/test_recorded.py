"""Plays recorded by earlier versions of the SDK replay against the present one: every record is met again under its key, no
recorded body runs, and the play ends as it did. What would break running plays (step keys, span ids, resume ids, the names and
keys of internal records) fails here. See record.py."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest
import record

from hero_tracing import _context, _step
from hero_tracing._play import Play
from hero_tracing.testing import RecordingMismatch, load_recorded

NAMES = sorted(path.stem for path in record.FOLDER.glob("*.json"))

#: Their steps fail as often as a file says.
COUNT_OUTSIDE = ("retries", "asks_in_its_third_attempt")


def replay(name: str, tmp_path: pathlib.Path, **options: Any) -> Any:
    (tmp_path / "tries").write_text("xx")  # what the unfinished step of asks_in_its_third_attempt finds
    return load_recorded(record.FOLDER / f"{name}.json").replay(folder=tmp_path, **options)


def test_each_play_is_recorded() -> None:
    assert NAMES == sorted(record.PLAYS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("deep", [False, True])
def test_it_fits_the_present_sdk(name: str, deep: bool, tmp_path: pathlib.Path) -> None:
    recorded = load_recorded(record.FOLDER / f"{name}.json")
    replayed = replay(name, tmp_path, deep=deep)
    assert replayed.status == recorded.status == record.PLAYS[name][2]
    if recorded.output is not None:
        assert replayed.output == json.loads(recorded.output)
    if deep and name not in COUNT_OUTSIDE:  # attempts that have failed do not run again
        assert replayed.matched == len(recorded.steps)
    assert replayed.matched >= 2


@pytest.mark.parametrize("name", NAMES)
def test_recording_again_gives_the_same_keys(name: str, tmp_path: pathlib.Path) -> None:
    """Under always_replay as well, which meets and makes each record in another run."""
    old = load_recorded(record.FOLDER / f"{name}.json")
    for always_replay in (False,) if name in COUNT_OUTSIDE else (False, True):
        (folder := tmp_path / str(always_replay)).mkdir()
        played = record.play(name, str(folder), always_replay=always_replay)
        new = load_recorded(played.export(folder / "again.json"))
        assert {(s["step_key"], s["span_id"], s["name"], s["within"]) for s in new.steps} == {
            (s["step_key"], s["span_id"], s["name"], s["within"]) for s in old.steps
        }
        assert {a["id"]: a["name"] for a in new.answers} == {a["id"]: a["name"] for a in old.answers}
        assert new.open_pauses == old.open_pauses and new.status == old.status


def changed(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        first, *rest = value if isinstance(value := function(*args, **kwargs), tuple) else (value,)
        first = hashlib.sha1(first.encode()).hexdigest()[: len(first)]
        return (first, *rest) if rest else first

    return wrapped


CHANGES: dict[str, tuple[type, str, set[str]]] = {
    "step keys": (_context.Span, "step_key", set(NAMES)),
    "resume ids": (_context.Span, "resume_id", {"questions", "still_waiting", "sub_flows"}),
    "span ids": (_context.Span, "child_id", set(NAMES)),
    "retry keys": (_step.Step, "_retry_key", {"asks_in_its_third_attempt"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_identities_is_found(what: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, method, names = CHANGES[what]
    monkeypatch.setattr(owner, method, changed(getattr(owner, method)))
    for name in names:
        with pytest.raises(RecordingMismatch):
            replay(name, tmp_path, deep=True)


def test_a_renamed_internal_record_is_found(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember = Play.remember
    monkeypatch.setattr(Play, "remember", lambda self, name, *args, **more: remember(self, f"{name}2", *args, **more))
    with pytest.raises(RecordingMismatch):
        replay("time_and_chance", tmp_path)


SOURCE = load_recorded(record.FOLDER / "loops.json").source
EDITS = [
    ("for n in range(rounds):", "for n in range(rounds + 1):", "body of step 'node' .* ran"),
    ("for n in range(rounds):", "for n in range(rounds - 1):", "recorded step 'node' was not met again"),
    ("return rows", "return rows[1:]", "the output of step 'main' is"),
    ("return rows", "raise ValueError('no')", "it ended as failed: ValueError: no; recorded: success"),
    ("return rows", "return flow.pause('more')", "it waits at 'more'"),
    ("return rows", "return rows + [flow.random()]", "'flow.random' was recorded under a new key"),
    ("def leaf(n)", "def leaf(n, m=1)", "body of step 'leaf'"),
]


@pytest.mark.parametrize(("old", "new", "message"), EDITS)
def test_an_edited_flow_that_does_not_fit_is_named(old: str, new: str, message: str, tmp_path: pathlib.Path) -> None:
    assert old in SOURCE
    with pytest.raises(RecordingMismatch, match=message):
        replay("loops", tmp_path, flow=SOURCE.replace(old, new))


def test_an_edit_that_changes_no_call_fits(tmp_path: pathlib.Path) -> None:
    edited = SOURCE.replace("return n * 2", "return n * 200").replace("rows = [", "rows = list(()) + [")
    assert edited != SOURCE
    assert replay("loops", tmp_path, flow=edited).status == "success"


def test_a_waiting_play_must_wait_for_the_same(tmp_path: pathlib.Path) -> None:
    source = load_recorded(record.FOLDER / "still_waiting.json").source
    with pytest.raises(RecordingMismatch, match=r"open now: \['other', 'in a branch'\]"):
        replay("still_waiting", tmp_path, flow=source.replace("in a step", "other"))
    with pytest.raises(RecordingMismatch, match="not met again"):
        replay("still_waiting", tmp_path, flow=source.replace("return flow.gather", "return 1 or flow.gather"))


def test_what_is_no_recorded_play(tmp_path: pathlib.Path) -> None:
    for text, message in (
        ("[]", "is not a recorded play"),
        ('{"format": "hero-logic recorded play", "version": 2}', "reads version 1"),
        ('{"format": "hero-logic recorded play", "version": 1, "workflow": "x"}', "has no version_sid, parent_span"),
    ):
        path = tmp_path / "x.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            load_recorded(path)


def test_a_play_with_stand_ins_cannot_be_exported(tmp_path: pathlib.Path) -> None:
    from hero_tracing.testing import run_flow

    source = "from hero_tracing import flow\n@flow\ndef step(): return 1\n@flow\ndef main(): return step()\n"
    with pytest.raises(ValueError, match="no `replace`"):
        run_flow(source, replace={"step": lambda: 2}).export(tmp_path / "x.json")


def test_a_play_that_was_stopped_is_replayed_as_far_as_its_record_goes(tmp_path: pathlib.Path) -> None:
    whole = load_recorded(record.FOLDER / "loops.json")
    spans = [{**span, "status": "cancelled"} if span["name"] in ("main", "node") else span for span in whole.spans]
    (root,) = [step["step_key"] for step in whole.steps if step["name"] == "main"]
    steps = [step for step in whole.steps if step["name"] == "leaf" and step["within"] == root]
    assert len(steps) == 3
    stopped = dataclasses.replace(whole, status="cancelled", output=None, spans=spans, steps=steps)
    assert stopped.replay().matched == 3
    with pytest.raises(RecordingMismatch, match="not met is 'leaf'"):
        stopped.replay(SOURCE.replace("rows = [leaf(1) for _ in range(rounds)]", "rows = [leaf(1)]"))
