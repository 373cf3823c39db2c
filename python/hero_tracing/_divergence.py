"""Does a replay do what was recorded?

Checked when the flow reaches its end or a pause. A record that was not met is missing when the step that encloses it
ran in this process (`within` of the record); inside a step whose own record was used, nothing is expected. A new
step that is followed by a recorded one, in the same thread or task and under the same span, came out of order. The
first finding is reported; it is a warning, not a failure.
"""

from __future__ import annotations

from ._json import quote
from ._play import Play
from ._replay import is_optional

_ADVICE = (
    "Between two resumes a flow must make the same calls in the same order: take times, random values and outside "
    "state from flow.now(), flow.random(), flow.uuid() or a step."
)


def report(play: Play) -> None:
    if not play.replaying or play.cancelled or play.root is None:
        return
    missing = [row[2] for row in missing_rows(play)]
    if missing:
        met, line = play.first_new or ("", 0)
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        instead = f"; the new step {met!r} ran instead" if met else ""
        _send(play, missing[0], met, line, f"the recorded step {missing[0]!r}{more} was not met again{instead}")
        return
    if play.out_of_order is not None:
        expected, met, line = play.out_of_order
        _send(play, expected, met, line, f"the new step {met!r} came before the recorded step {expected!r}")


def missing_rows(play: Play) -> list[list[str]]:
    """The records that should have been met and were not, in their order."""
    missing: list[list[str]] = []
    after_last_hit: list[list[str]] = []
    for line in play.memo.values():
        if line is None:
            after_last_hit.clear()
            continue
        row = line.split("\t")
        if len(row) < 4 or is_optional(row):
            continue
        within = row[4] if len(row) > 4 else ""
        if not within:
            after_last_hit.append(row)  # nothing says where it belongs: surely missing only when nothing later was met
        elif within in play.partial:
            continue
        elif within in play.executed or (within not in play.memo and within not in play.begun):
            missing.append(row)
    return missing + after_last_hit


def _send(play: Play, expected: str, met: str, line: int, finding: str) -> None:
    assert play.root is not None
    where = f',"source_file":"flow.py","source_line":{line}' if line else ""
    play.conn.send(
        "divergence",
        f',"span_id":"{play.root.id}","expected":{quote(expected)},"met":{quote(met)}{where},'
        f'"message":{quote(f"This replay differs from what was recorded: {finding}. {_ADVICE}")}',
    )
