"""The report over a small history: what is asked, what is left out, and what the log must be."""

from __future__ import annotations

import json
import pathlib

from hero_tracing.testing import assert_always_replay

HERE = pathlib.Path(__file__).parent
LOG = json.loads((HERE / "flow.json").read_text(encoding="utf-8"))["examples"][0]["input_values"]["log"]
LIBRARY = {"folder_churn": HERE.parent / "folder_churn" / "flow.py"}


def test_the_report() -> None:
    played = assert_always_replay(HERE / "flow.py", {"log": LOG}, answers={"leave_out": [["vendor"]]}, library=LIBRARY)
    report = played.output["report"]
    assert report.startswith("# Who changed what\n\n2 commits, 2 folders.\nLeft out: vendor.")
    assert "| src | 22 | 2 | Ada | 55% | 2 | 2026-01 |" in report
    assert "Known to one person only: (top level)." in report
    assert [span.title for span in played.spans if span.kind == "subflow"] == ["Measure src", "Measure (top level)"]
    assert played.span("read_history").tags == {"commits": 2, "folders": 3}


def test_the_question(flow_runner) -> None:
    played = flow_runner("flow.py", {"log": LOG}, library=LIBRARY)
    (question,) = played.pending
    assert question.name == "leave_out" and "2 commits" in question.message
    assert [option["value"] for option in question.ui["options"]] == ["vendor", "src", "(top level)"]
    report = played.resume("leave_out", []).output["report"]
    assert "| vendor | 100 | 1 | Grace | 100% | 1 | 2026-02 |" in report and "Left out" not in report


def test_a_rename_counts_for_where_the_file_is_now(flow_runner) -> None:
    log = "commit\tAda\t2026-01-05T10:00:00+00:00\n\n1\t1\t{old => new}/a.py\n2\t0\tx.py => new/y.py\n-\t-\tnew/b.png\n"
    played = flow_runner("flow.py", {"log": log}, answers={"leave_out": [[]]}, library=LIBRARY)
    assert "| new | 4 | 1 | Ada | 100% | 1 | 2026-01 |" in played.output["report"]


def test_folders_that_are_not_shown_are_counted(flow_runner) -> None:
    changes = "".join(f"{n}\t0\tfolder{n}/a.py\n" for n in range(1, 44))
    log = f"commit\tAda\t2026-01-05T10:00:00+00:00\n\n{changes}"
    played = flow_runner("flow.py", {"log": log}, answers={"leave_out": [["folder43"]]}, library=LIBRARY)
    report = played.output["report"]
    assert "1 commits, 39 folders.\nNot shown: 3 folders with fewer changed lines than these.\nLeft out: folder43." in report
    assert "| folder4 |" in report and "| folder3 |" not in report


def test_a_text_that_is_no_history(flow_runner) -> None:
    played = flow_runner("flow.py", {"log": "hello"}, library=LIBRARY)
    assert played.status == "failed" and "no commit found" in played.error["message"]
