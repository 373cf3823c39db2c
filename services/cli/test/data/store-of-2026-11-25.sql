BEGIN TRANSACTION;
CREATE TABLE benchmark_runs (
     benchmark_sid TEXT NOT NULL,
     run_index INTEGER NOT NULL,
     example_sid TEXT NOT NULL,
     result TEXT,
     PRIMARY KEY (benchmark_sid, run_index)
   ) STRICT, WITHOUT ROWID;
CREATE TABLE benchmarks (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     version_sid TEXT NOT NULL,
     status TEXT NOT NULL,
     doc TEXT NOT NULL
   ) STRICT;
CREATE TABLE play_journal (
    id INTEGER PRIMARY KEY,
    play_sid TEXT NOT NULL,
    batch TEXT NOT NULL
  ) STRICT;
CREATE TABLE play_pauses (
    play_sid TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at INTEGER,
    answer_seq INTEGER,
    delivered_in INTEGER,
    child_sid TEXT,
    await_group TEXT,
    child_left INTEGER,
    doc TEXT NOT NULL,
    PRIMARY KEY (play_sid, id)
  ) STRICT;
INSERT INTO "play_pauses" VALUES('01m8k9k92vdgfm82qeefm3ns50','369b23530484a86b','question','open',NULL,NULL,NULL,NULL,NULL,NULL,'{"name":"more","spanId":"6b8f98a03669342f","askedAt":1795943933338,"resumedBy":""}');
INSERT INTO "play_pauses" VALUES('01m8k9k9e7jh93cxp4j2ymqccd','455e4c99acbff26c','timer','open',1796030333439,NULL,NULL,NULL,NULL,NULL,'{"name":"sleep","spanId":"82621c30eaa86e2b","timeoutMs":86399999,"askedAt":1795943933440,"resumedBy":""}');
CREATE TABLE play_prefills (
    play_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    used_by TEXT,
    PRIMARY KEY (play_sid, seq)
  ) STRICT;
CREATE TABLE play_rates (
    workflow_sid TEXT PRIMARY KEY,
    opens_at INTEGER NOT NULL
  ) STRICT;
CREATE TABLE play_texts (
    play_sid TEXT NOT NULL,
    pause_id TEXT NOT NULL,
    part TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (play_sid, pause_id, part)
  ) STRICT;
INSERT INTO "play_texts" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','','input','{"n":3,"ask":false}');
INSERT INTO "play_texts" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','','output','{"sum":13,"stamp":"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"}');
INSERT INTO "play_texts" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','','input','{"n":-3,"ask":true}');
INSERT INTO "play_texts" VALUES('01m8k9k92vdgfm82qeefm3ns50','','input','{"n":5,"ask":true}');
INSERT INTO "play_texts" VALUES('01m8k9k92vdgfm82qeefm3ns50','369b23530484a86b','schema','{"type":"number","title":"How much more?"}');
INSERT INTO "play_texts" VALUES('01m8k9k92vdgfm82qeefm3ns50','369b23530484a86b','ui','{"widget":"number","label":"How much more?"}');
INSERT INTO "play_texts" VALUES('01m8k9k92vdgfm82qeefm3ns50','369b23530484a86b','message','How much more?');
INSERT INTO "play_texts" VALUES('01m8k9k9e7jh93cxp4j2ymqccd','','input','{"seconds":86400}');
CREATE TABLE plays (
    sid TEXT PRIMARY KEY,
    workflow_sid TEXT NOT NULL,
    version_sid TEXT NOT NULL,
    status TEXT NOT NULL,
    rank INTEGER NOT NULL,
    key_gate TEXT NOT NULL,
    stage INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    started_at INTEGER,
    executor_id TEXT,
    idempotency_key TEXT NOT NULL,
    names TEXT NOT NULL,
    parent_sid TEXT NOT NULL,
    parent_resume_id TEXT NOT NULL,
    told INTEGER,
    lease_expires_at INTEGER,
    doc TEXT NOT NULL
  ) STRICT;
INSERT INTO "plays" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','01m8k9k8m4evhv22e0cf2av6ms','01m8k9k8m76szkcx7bgr53269x','success',1795943932696,'',7,0,1795943932697,NULL,'done','older
older','','',NULL,NULL,'{"sid":"01m8k9k8rrzwqg4pqfh5zvdffd","workflowSid":"01m8k9k8m4evhv22e0cf2av6ms","workflowName":"older","versionSid":"01m8k9k8m76szkcx7bgr53269x","versionNumber":1,"name":"older","status":"success","rev":3,"attempt":1,"lostLeases":0,"prefillOnly":false,"idempotencyKey":"done","concurrencyKey":"","concurrencyLimit":0,"limits":{"maxRunning":0,"startsPerMinute":0,"slotCost":0},"priority":0,"tags":{"kind":"done"},"trigger":"","parentPlaySid":"","parentSpanId":"","parentResumeId":"","rootPlaySid":"01m8k9k8rrzwqg4pqfh5zvdffd","depth":0,"warnings":[],"spanCount":5,"createdAt":1795943932696,"durationMs":60,"waitingMs":0,"sandboxTier":"B","inputBytes":19,"answerBytes":0,"childAnswerBytes":0,"questionBytes":0,"answers":0,"startedAt":1795943932697,"completedAt":1795943932791,"lastReport":{"token":"4841fb354213026a8950d2021563b717","outcome":"success","status":"success"}}');
INSERT INTO "plays" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','01m8k9k8m4evhv22e0cf2av6ms','01m8k9k8m76szkcx7bgr53269x','failed',1795943932862,'',7,0,1795943932863,NULL,'failed','older
older','','',NULL,NULL,'{"sid":"01m8k9k8xy1dqqdcw9zqr64zgx","workflowSid":"01m8k9k8m4evhv22e0cf2av6ms","workflowName":"older","versionSid":"01m8k9k8m76szkcx7bgr53269x","versionNumber":1,"name":"older","status":"failed","rev":3,"attempt":1,"lostLeases":0,"prefillOnly":false,"idempotencyKey":"failed","concurrencyKey":"","concurrencyLimit":0,"limits":{"maxRunning":0,"startsPerMinute":0,"slotCost":0},"priority":0,"tags":{},"trigger":"","parentPlaySid":"","parentSpanId":"","parentResumeId":"","rootPlaySid":"01m8k9k8xy1dqqdcw9zqr64zgx","depth":0,"warnings":[],"spanCount":4,"createdAt":1795943932862,"durationMs":87,"waitingMs":0,"sandboxTier":"B","inputBytes":19,"answerBytes":0,"childAnswerBytes":0,"questionBytes":0,"answers":0,"startedAt":1795943932863,"completedAt":1795943932973,"error":{"type":"ValueError","message":"less than nothing","traceback":"Traceback (most recent call last):\n  File \"flow.py\", line 18, in older\n    raise ValueError(\"less than nothing\")\nValueError: less than nothing"},"lastReport":{"token":"d333093b9309a58fb62cc061f1205edf","outcome":"failed","status":"failed"}}');
INSERT INTO "plays" VALUES('01m8k9k92vdgfm82qeefm3ns50','01m8k9k8m4evhv22e0cf2av6ms','01m8k9k8m76szkcx7bgr53269x','awaiting_resume',1795943933019,'',6,0,1795943933019,NULL,'asking','older
older','','',NULL,NULL,'{"sid":"01m8k9k92vdgfm82qeefm3ns50","workflowSid":"01m8k9k8m4evhv22e0cf2av6ms","workflowName":"older","versionSid":"01m8k9k8m76szkcx7bgr53269x","versionNumber":1,"name":"older","status":"awaiting_resume","rev":4,"attempt":1,"lostLeases":0,"prefillOnly":false,"idempotencyKey":"asking","concurrencyKey":"","concurrencyLimit":0,"limits":{"maxRunning":0,"startsPerMinute":0,"slotCost":0},"priority":0,"tags":{},"trigger":"","parentPlaySid":"","parentSpanId":"","parentResumeId":"","rootPlaySid":"01m8k9k92vdgfm82qeefm3ns50","depth":0,"warnings":[],"spanCount":5,"createdAt":1795943933019,"durationMs":327,"waitingMs":0,"sandboxTier":"B","inputBytes":18,"answerBytes":0,"childAnswerBytes":0,"questionBytes":100,"answers":0,"startedAt":1795943933019,"awaitingSince":1795943933352,"lastReport":{"token":"6d3d4fd68891beab0d97ec7b61f6932e","outcome":"awaiting_resume","status":"awaiting_resume"}}');
INSERT INTO "plays" VALUES('01m8k9k9e7jh93cxp4j2ymqccd','01m8k9k8n935xnhm7fgj7n09f8','01m8k9k8njxmgacjb6vb90br65','awaiting_resume',1795943933383,'',6,0,1795943933384,NULL,'asleep','older_sleeper
older_sleeper','','',NULL,NULL,'{"sid":"01m8k9k9e7jh93cxp4j2ymqccd","workflowSid":"01m8k9k8n935xnhm7fgj7n09f8","workflowName":"older_sleeper","versionSid":"01m8k9k8njxmgacjb6vb90br65","versionNumber":1,"name":"older_sleeper","status":"awaiting_resume","rev":4,"attempt":1,"lostLeases":0,"prefillOnly":false,"idempotencyKey":"asleep","concurrencyKey":"","concurrencyLimit":0,"limits":{"maxRunning":0,"startsPerMinute":0,"slotCost":0},"priority":0,"tags":{},"trigger":"","parentPlaySid":"","parentSpanId":"","parentResumeId":"","rootPlaySid":"01m8k9k9e7jh93cxp4j2ymqccd","depth":0,"warnings":[],"spanCount":2,"createdAt":1795943933383,"durationMs":75,"waitingMs":0,"sandboxTier":"B","inputBytes":17,"answerBytes":0,"childAnswerBytes":0,"questionBytes":0,"answers":0,"startedAt":1795943933384,"awaitingSince":1795943933478,"lastReport":{"token":"0b8cc3bbc10967130eac16ae499e8730","outcome":"awaiting_resume","status":"awaiting_resume"}}');
CREATE TABLE registry_examples (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     name TEXT NOT NULL,
     doc TEXT NOT NULL,
     UNIQUE (workflow_sid, name)
   ) STRICT;
INSERT INTO "registry_examples" VALUES('01m8k9k7sw67tjhbf5wawqf7pc','01m8k9k7mzvqt1j5xs09mpd1wn','two commits','{"name":"two commits","description":"A history small enough to check by hand.","workflowVersionSid":"","inputValues":[["log","\"commit\\tAda\\t2026-01-05T10:00:00+00:00\\n\\n10\\t2\\tsrc/main.py\\n3\\t0\\tREADME.md\\ncommit\\tGrace\\t2026-02-07T10:00:00+00:00\\n\\n5\\t5\\tsrc/main.py\\n100\\t0\\tvendor/lib.py\\n\""]],"resumes":[["leave_out","[[\"vendor\"]]"]],"expectedOutput":"","tags":[],"sid":"01m8k9k7sw67tjhbf5wawqf7pc","workflowSid":"01m8k9k7mzvqt1j5xs09mpd1wn","createdAt":1795943931708,"updatedAt":1795943931708}');
INSERT INTO "registry_examples" VALUES('01m8k9k7vc5jnjq55pr3cs65xg','01m8k9k7v6rh80s8b6q9etr6es','two authors','{"name":"two authors","description":"","workflowVersionSid":"","inputValues":[["folder","\"src\""],["rows","[[\"Ada\",\"2026-01\",1,10,2],[\"Grace\",\"2026-02\",1,5,5]]"]],"resumes":[],"expectedOutput":"{\"folder\":\"src\",\"churn\":22,\"commits\":2,\"authors\":2,\"main_author\":\"Ada\",\"share\":0.5454545454545454,\"busiest_month\":\"2026-01\"}","tags":[],"sid":"01m8k9k7vc5jnjq55pr3cs65xg","workflowSid":"01m8k9k7v6rh80s8b6q9etr6es","createdAt":1795943931756,"updatedAt":1795943931756}');
INSERT INTO "registry_examples" VALUES('01m8k9k7w5jr9cw1gbr8pjksgq','01m8k9k7vrhzrz24kds624257y','plain','{"name":"plain","description":"Answers the question by itself.","workflowVersionSid":"","inputValues":[["project","\"hero-logic\""]],"resumes":[["tone","\"plain\""]],"expectedOutput":"","tags":[],"sid":"01m8k9k7w5jr9cw1gbr8pjksgq","workflowSid":"01m8k9k7vrhzrz24kds624257y","createdAt":1795943931781,"updatedAt":1795943931781}');
CREATE TABLE registry_versions (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     number INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     doc TEXT NOT NULL,
     outline TEXT NOT NULL,
     source TEXT NOT NULL,
     UNIQUE (workflow_sid, number),
     UNIQUE (workflow_sid, sha256)
   ) STRICT;
INSERT INTO "registry_versions" VALUES('01m8k9k7rz97jwhdjkxxkaxcxd','01m8k9k7mzvqt1j5xs09mpd1wn',1,'158e539c08251366edc0a9efe2d30f3f740cdbccd291572c80e26f3c2575a63a','{"sid":"01m8k9k7rz97jwhdjkxxkaxcxd","workflowSid":"01m8k9k7mzvqt1j5xs09mpd1wn","label":"v1","notes":"seed","sha256":"158e539c08251366edc0a9efe2d30f3f740cdbccd291572c80e26f3c2575a63a","inputs":[{"name":"log","type":"string","description":"What `git log --numstat --format=commit%x09%an%x09%aI` prints, at most 4 MiB.","required":true,"default":"","schema":""}],"outputs":[{"name":"report","type":"string","description":"Markdown","required":true,"default":"","schema":""}],"limits":{"wallMs":0,"cpuS":0,"memoryMb":0,"network":"","maxRunning":0,"startsPerMinute":0,"slotCost":0,"onDivergence":""},"origin":"seed","createdAt":1795943931551,"entry":"commit_report","number":1}','{"entry":"commit_report","description":"Churn and ownership of every folder of a git repository.","flows":[{"name":"read_history","title":"Read the history","doc":"Rows of [author, month, commits, lines added, lines removed], by folder.\n\nRaises:\n    flow.Failed: the text is not what git log printed.","line":26},{"name":"write_report","title":"Write the report","doc":"","line":69},{"name":"commit_report","title":"Who changed what","doc":"Churn and ownership of every folder of a git repository.\n\nArgs:\n    log: What `git log --numstat --format=commit%x09%an%x09%aI` prints, at most 4 MiB.","line":87}]}','"""Who changed what: a report on the history of a git repository, folder by folder.

The input is what `git log --numstat --format=commit%x09%an%x09%aI` prints:

    git log --numstat --format=commit%x09%an%x09%aI | hero-logic play start commit_report --input log=@-
"""

import re

from hero_tracing import ask_user, flow

COMMIT = re.compile(r"^commit\t(?P<author>.+)\t(?P<when>\d{4}-\d{2}-\d{2}T\S+)$")
CHANGE = re.compile(r"^(?P<added>\d+|-)\t(?P<removed>\d+|-)\t(?P<path>.+)$")
RENAME = re.compile(r"\{(?P<old>[^{}]*) => (?P<new>[^{}]*)\}")
MOST_FOLDERS = 40


def folder_of(path: str) -> str:
    """Top folder of a path of numstat; of a rename, where the file is now."""
    path = RENAME.sub(lambda m: m["new"], path).replace("//", "/")
    path = path.rpartition(" => ")[2].strip(''"'')
    return path.split("/", 1)[0] if "/" in path else "(top level)"


@flow(title="Read the history")
def read_history(log: str) -> dict:
    """Rows of [author, month, commits, lines added, lines removed], by folder.

    Raises:
        flow.Failed: the text is not what git log printed.
    """
    rows: dict[str, dict[tuple[str, str], list[int]]] = {}
    commits = 0
    author = month = None
    touched: set[str] = set()
    for line in log.splitlines():
        commit = COMMIT.match(line)
        if commit:
            commits += 1
            author, month, touched = commit["author"], commit["when"][:7], set()
            continue
        change = CHANGE.match(line)
        if change is None or author is None or month is None:
            continue
        folder = folder_of(change["path"])
        row = rows.setdefault(folder, {}).setdefault((author, month), [0, 0, 0])
        row[0] += folder not in touched
        touched.add(folder)
        row[1] += int(change["added"]) if change["added"] != "-" else 0
        row[2] += int(change["removed"]) if change["removed"] != "-" else 0
    if commits == 0:
        raise flow.Failed("no commit found; give it the output of: git log --numstat --format=commit%x09%an%x09%aI")
    flow.current_span.tag("commits", commits)
    flow.current_span.tag("folders", len(rows))
    return {
        "commits": commits,
        "folders": {
            folder: [[author, month, *counts] for (author, month), counts in sorted(by_author.items())]
            for folder, by_author in rows.items()
        },
    }


def churn(rows: list[list]) -> int:
    return sum(added + removed for _, _, _, added, removed in rows)


@flow(title="Write the report")
def write_report(commits: int, folders: list[dict], left_out: list[str]) -> str:
    lines = [f"# Who changed what", "", f"{commits} commits, {len(folders)} folders."]
    if left_out:
        lines.append(f"Left out: {'', ''.join(sorted(left_out))}.")
    lines += ["", "| Folder | Changed lines | Commits | Main author | Share | Authors | Busiest month |", "|---|--:|--:|---|--:|--:|---|"]
    for item in folders:
        name = item["folder"].replace("|", "\\|")
        author = item["main_author"].replace("|", "\\|")
        lines.append(
            f"| {name} | {item[''churn'']:,} | {item[''commits'']:,} | {author} | {item[''share'']:.0%} | {item[''authors'']} | {item[''busiest_month'']} |"
        )
    alone = [item["folder"] for item in folders if item["authors"] == 1]
    if alone:
        lines += ["", f"Known to one person only: {'', ''.join(alone)}."]
    return "\n".join(lines)


@flow(name="commit_report", title="Who changed what", outputs={"report": {"type": "string", "description": "Markdown"}})
def commit_report(log: str) -> dict:
    """Churn and ownership of every folder of a git repository.

    Args:
        log: What `git log --numstat --format=commit%x09%an%x09%aI` prints, at most 4 MiB.
    """
    history = read_history(log)
    folders = sorted(history["folders"].items(), key=lambda item: (-churn(item[1]), item[0]))[:MOST_FOLDERS]
    left_out = ask_user.multi_choice(
        "Which folders should the report leave out?",
        [{"value": name, "label": name, "description": f"{churn(rows):,} changed lines"} for name, rows in folders],
        name="leave_out",
        message=f"The history has {history[''commits'']:,} commits. Folders of generated or foreign code hide the rest.",
    )
    measured = [
        flow.invoke("folder_churn", folder=name, rows=rows) for name, rows in folders if name not in left_out
    ]
    return {"report": write_report(history["commits"], measured, left_out)}
');
INSERT INTO "registry_versions" VALUES('01m8k9k7va97bqezz0zr771x3h','01m8k9k7v6rh80s8b6q9etr6es',1,'948db1a9fa9fb937d33e948a4b39c85e44a9fd28a05f2252029916a471575ffa','{"sid":"01m8k9k7va97bqezz0zr771x3h","workflowSid":"01m8k9k7v6rh80s8b6q9etr6es","label":"v1","notes":"seed","sha256":"948db1a9fa9fb937d33e948a4b39c85e44a9fd28a05f2252029916a471575ffa","inputs":[{"name":"folder","type":"string","description":"Its name.","required":true,"default":"","schema":""},{"name":"rows","type":"array","description":"Lists of author, month, commits, lines added, lines removed.","required":true,"default":"","schema":""}],"outputs":[{"name":"result","type":"object","description":"","required":true,"default":"","schema":""}],"limits":{"wallMs":0,"cpuS":0,"memoryMb":0,"network":"","maxRunning":0,"startsPerMinute":0,"slotCost":0,"onDivergence":""},"origin":"seed","createdAt":1795943931750,"entry":"folder_churn","number":1}','{"entry":"folder_churn","description":"Churn and ownership of one folder.","flows":[{"name":"by_author","title":"Add up the authors","doc":"","line":9},{"name":"busiest_month","title":"Find the busiest month","doc":"","line":17},{"name":"folder_churn","title":"Measure a folder","doc":"Churn and ownership of one folder.\n\nArgs:\n    folder: Its name.\n    rows: Lists of author, month, commits, lines added, lines removed.","line":25}]}','"""Measures one folder for commit_report, which invokes it once per folder."""

from collections import Counter

from hero_tracing import flow


@flow(title="Add up the authors")
def by_author(rows: list[list]) -> dict:
    lines: Counter[str] = Counter()
    for author, _month, _commits, added, removed in rows:
        lines[author] += added + removed
    return dict(lines)


@flow(title="Find the busiest month")
def busiest_month(rows: list[list]) -> str:
    months: Counter[str] = Counter()
    for _author, month, _commits, added, removed in rows:
        months[month] += added + removed
    return max(months, key=lambda month: (months[month], month), default="")


@flow(name="folder_churn", title="Measure a folder")
def folder_churn(folder: str, rows: list) -> dict:
    """Churn and ownership of one folder.

    Args:
        folder: Its name.
        rows: Lists of author, month, commits, lines added, lines removed.
    """
    flow.current_span.title(f"Measure {folder}")
    lines = by_author(rows)
    churn = sum(lines.values())
    main_author = max(lines, key=lambda author: (lines[author], author), default="")
    return {
        "folder": folder,
        "churn": churn,
        "commits": sum(commits for _, _, commits, _, _ in rows),
        "authors": len(lines),
        "main_author": main_author,
        "share": lines[main_author] / churn if churn else 0.0,
        "busiest_month": busiest_month(rows),
    }
');
INSERT INTO "registry_versions" VALUES('01m8k9k7vx02xb90nebxat76nz','01m8k9k7vrhzrz24kds624257y',1,'a3f3c8de5ce4eb320fd9ca4d58b24302d8ff21484be75739982b105647f673dd','{"sid":"01m8k9k7vx02xb90nebxat76nz","workflowSid":"01m8k9k7vrhzrz24kds624257y","label":"v1","notes":"seed","sha256":"a3f3c8de5ce4eb320fd9ca4d58b24302d8ff21484be75739982b105647f673dd","inputs":[{"name":"project","type":"string","description":"What the announcement is about.","required":false,"default":"\"hero-logic\"","schema":""}],"outputs":[{"name":"report","type":"string","description":"Markdown","required":true,"default":"","schema":""}],"limits":{"wallMs":0,"cpuS":0,"memoryMb":0,"network":"","maxRunning":0,"startsPerMinute":0,"slotCost":0,"onDivergence":""},"origin":"seed","createdAt":1795943931768,"entry":"tour","number":1}','{"entry":"tour","description":"Reads about a project, asks you for a tone, and writes an announcement.","flows":[{"name":"read_area","title":"Read about one area","doc":"Stands for slow work: a call of a service, a query, a model.","line":18},{"name":"check_links","title":"Check the links","doc":"Fails on its first attempt, as services do, and goes well on the second.","line":27},{"name":"write","title":"Write the announcement","doc":"","line":37},{"name":"tour","title":"A tour in five minutes","doc":"Reads about a project, asks you for a tone, and writes an announcement.\n\nArgs:\n    project: What the announcement is about.","line":48}]}','"""The flow that the README walks through: steps, a retry, a question, and a report in the end."""

import pathlib
import time

from hero_tracing import ask_user, flow

AREAS = ["flows", "answers", "history"]

TONES = [
    {"value": "plain", "label": "Plain", "description": "Short sentences, no adjectives"},
    {"value": "warm", "label": "Warm", "description": "As if told to a friend"},
    {"value": "formal", "label": "Formal", "description": "For the notice board"},
]


@flow(title="Read about one area")
def read_area(area: str) -> dict:
    """Stands for slow work: a call of a service, a query, a model."""
    flow.current_span.title(f"Read about {area}")
    time.sleep(0.4)
    flow.current_span.log(f"read three notes about {area}")
    return {"area": area, "notes": 3, "words": len(area) * 120}


@flow(title="Check the links", retries=2, retry_delay=0.5)
def check_links(count: int) -> str:
    """Fails on its first attempt, as services do, and goes well on the second."""
    marker = pathlib.Path("links-tried")
    if not marker.exists():
        marker.touch()
        raise ConnectionError("the link checker did not answer")
    return f"{count} links are fine"


@flow(title="Write the announcement")
def write(project: str, tone: str, areas: list[dict], links: str) -> str:
    opening = {
        "plain": f"{project} runs flows that you can watch.",
        "warm": f"Come and see: {project} runs flows, and you can watch every step of them.",
        "formal": f"We hereby announce {project}, a system for running observable flows.",
    }[tone]
    lines = [f"- {area[''area'']}: {area[''notes'']} notes, {area[''words'']} words" for area in areas]
    return "\n".join([f"# {project}", "", opening, "", *lines, "", f"_{links}_"])


@flow(name="tour", title="A tour in five minutes", outputs={"report": {"type": "string", "description": "Markdown"}})
def tour(project: str = "hero-logic") -> dict:
    """Reads about a project, asks you for a tone, and writes an announcement.

    Args:
        project: What the announcement is about.
    """
    areas = [read_area(area) for area in AREAS]
    links = check_links(sum(area["notes"] for area in areas))
    tone = ask_user.choice("Which tone should the announcement have?", TONES, name="tone")
    return {"report": write(project, tone, areas, links)}
');
INSERT INTO "registry_versions" VALUES('01m8k9k8m76szkcx7bgr53269x','01m8k9k8m4evhv22e0cf2av6ms',1,'7fc3e7a2a1432ff8b4543d66f5a94d20a8cbdbd15508ae7e1ef27a32279877ac','{"sid":"01m8k9k8m76szkcx7bgr53269x","workflowSid":"01m8k9k8m4evhv22e0cf2av6ms","label":"v1","notes":"","sha256":"7fc3e7a2a1432ff8b4543d66f5a94d20a8cbdbd15508ae7e1ef27a32279877ac","inputs":[{"name":"n","type":"integer","description":"","required":true,"default":"","schema":""},{"name":"ask","type":"boolean","description":"","required":false,"default":"true","schema":""}],"outputs":[{"name":"result","type":"object","description":"","required":true,"default":"","schema":""}],"limits":{"wallMs":0,"cpuS":0,"memoryMb":0,"network":"","maxRunning":0,"startsPerMinute":0,"slotCost":0,"onDivergence":""},"origin":"user","createdAt":1795943932548,"entry":"older","number":1}','{"entry":"older","description":"Doubles a number, and asks what to add.","flows":[{"name":"twice","title":"","doc":"Twice a number.","line":5},{"name":"older","title":"","doc":"Doubles a number, and asks what to add.","line":11},{"name":"look","title":"","doc":"","line":14},{"name":"stamp","title":"","doc":"","line":16}]}','from hero_tracing import ask_user, flow


@flow
def twice(n: int) -> int:
    """Twice a number."""
    return n * 2


@flow(name="older")
def older(n: int, ask: bool = True) -> dict:
    """Doubles a number, and asks what to add."""
    first = twice(n)
    with flow.step("look", n=n):
        print("looking at", first)
    stamp = flow.once("stamp", lambda: str(flow.uuid()))
    if n < 0:
        raise ValueError("less than nothing")
    more = ask_user.number("How much more?", name="more") if ask else 1
    return {"sum": twice(first) + more, "stamp": stamp}
');
INSERT INTO "registry_versions" VALUES('01m8k9k8njxmgacjb6vb90br65','01m8k9k8n935xnhm7fgj7n09f8',1,'3da40af819cc2d20ac794310d2bb8accf3ae4f47c1cf30be7f7c6ad0db81e9c4','{"sid":"01m8k9k8njxmgacjb6vb90br65","workflowSid":"01m8k9k8n935xnhm7fgj7n09f8","label":"v1","notes":"","sha256":"3da40af819cc2d20ac794310d2bb8accf3ae4f47c1cf30be7f7c6ad0db81e9c4","inputs":[{"name":"seconds","type":"number","description":"","required":true,"default":"","schema":""}],"outputs":[{"name":"result","type":"string","description":"","required":true,"default":"","schema":""}],"limits":{"wallMs":0,"cpuS":0,"memoryMb":0,"network":"","maxRunning":0,"startsPerMinute":0,"slotCost":0,"onDivergence":""},"origin":"user","createdAt":1795943932585,"entry":"older_sleeper","number":1}','{"entry":"older_sleeper","description":"Sleeps.","flows":[{"name":"older_sleeper","title":"","doc":"Sleeps.","line":5}]}','from hero_tracing import flow


@flow(name="older_sleeper")
def sleeper(seconds: float) -> str:
    """Sleeps."""
    before = str(flow.uuid())
    flow.sleep(seconds)
    return before
');
CREATE TABLE registry_workflows (
     sid TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     request_id TEXT UNIQUE,
     archived INTEGER NOT NULL,
     revision INTEGER NOT NULL,
     filter_text TEXT NOT NULL,
     doc TEXT NOT NULL,
     search TEXT NOT NULL
   ) STRICT;
INSERT INTO "registry_workflows" VALUES('01m8k9k7mzvqt1j5xs09mpd1wn','commit_report',NULL,0,2,'commit_report
churn and ownership of every folder of a git repository, from the output of git log.','{"sid":"01m8k9k7mzvqt1j5xs09mpd1wn","name":"commit_report","description":"Churn and ownership of every folder of a git repository, from the output of git log.","tags":["sample","git"],"requestId":"","seed":{"description":"Churn and ownership of every folder of a git repository, from the output of git log.","tags":["sample","git"],"examples":{"two commits":"94d55623777862f440e66e4db3f2b65abb213cbe80b8768d567efb900e26dc5b"}},"currentVersionSid":"01m8k9k7rz97jwhdjkxxkaxcxd","archived":false,"createdAt":1795943931551,"updatedAt":1795943931551,"revision":2}','{"name":"commit_report","tag":"sample\ngit","description":"churn and ownership of every folder of a git repository, from the output of git log.","field":"log\nwhat `git log --numstat --format=commit%x09%an%x09%ai` prints, at most 4 mib.\nreport\nmarkdown","step":"churn and ownership of every folder of a git repository.\nread_history\nread the history\nrows of [author, month, commits, lines added, lines removed], by folder.\n\nraises:\n    flow.failed: the text is not what git log printed.\nwrite_report\nwrite the report\ncommit_report\nwho changed what\nchurn and ownership of every folder of a git repository.\n\nargs:\n    log: what `git log --numstat --format=commit%x09%an%x09%ai` prints, at most 4 mib."}');
INSERT INTO "registry_workflows" VALUES('01m8k9k7v6rh80s8b6q9etr6es','folder_churn',NULL,0,2,'folder_churn
churn and ownership of one folder; commit_report invokes it once per folder.','{"sid":"01m8k9k7v6rh80s8b6q9etr6es","name":"folder_churn","description":"Churn and ownership of one folder; commit_report invokes it once per folder.","tags":["sample","git"],"requestId":"","seed":{"description":"Churn and ownership of one folder; commit_report invokes it once per folder.","tags":["sample","git"],"examples":{"two authors":"975d88d57adcfe397cfeb5a2eb2b1f6effe320840864e9a816b463e83813fd15"}},"currentVersionSid":"01m8k9k7va97bqezz0zr771x3h","archived":false,"createdAt":1795943931750,"updatedAt":1795943931750,"revision":2}','{"name":"folder_churn","tag":"sample\ngit","description":"churn and ownership of one folder; commit_report invokes it once per folder.","field":"folder\nits name.\nrows\nlists of author, month, commits, lines added, lines removed.\nresult","step":"churn and ownership of one folder.\nby_author\nadd up the authors\nbusiest_month\nfind the busiest month\nfolder_churn\nmeasure a folder\nchurn and ownership of one folder.\n\nargs:\n    folder: its name.\n    rows: lists of author, month, commits, lines added, lines removed."}');
INSERT INTO "registry_workflows" VALUES('01m8k9k7vrhzrz24kds624257y','tour',NULL,0,2,'tour
the flow that the readme walks through: steps, a retry, a question, and a report in the end.','{"sid":"01m8k9k7vrhzrz24kds624257y","name":"tour","description":"The flow that the README walks through: steps, a retry, a question, and a report in the end.","tags":["sample"],"requestId":"","seed":{"description":"The flow that the README walks through: steps, a retry, a question, and a report in the end.","tags":["sample"],"examples":{"plain":"ac03507cbccccb74b179bc28ae0cb2fc4e7d57e76f74e0248e16c14363cc4bdf"}},"currentVersionSid":"01m8k9k7vx02xb90nebxat76nz","archived":false,"createdAt":1795943931768,"updatedAt":1795943931768,"revision":2}','{"name":"tour","tag":"sample","description":"the flow that the readme walks through: steps, a retry, a question, and a report in the end.","field":"project\nwhat the announcement is about.\nreport\nmarkdown","step":"reads about a project, asks you for a tone, and writes an announcement.\nread_area\nread about one area\nstands for slow work: a call of a service, a query, a model.\ncheck_links\ncheck the links\nfails on its first attempt, as services do, and goes well on the second.\nwrite\nwrite the announcement\ntour\na tour in five minutes\nreads about a project, asks you for a tone, and writes an announcement.\n\nargs:\n    project: what the announcement is about."}');
INSERT INTO "registry_workflows" VALUES('01m8k9k8m4evhv22e0cf2av6ms','older',NULL,0,1,'older
adds, asks and adds again','{"sid":"01m8k9k8m4evhv22e0cf2av6ms","name":"older","description":"Adds, asks and adds again","tags":[],"requestId":"","currentVersionSid":"01m8k9k8m76szkcx7bgr53269x","archived":false,"createdAt":1795943932548,"updatedAt":1795943932548,"revision":1}','{"name":"older","tag":"","description":"adds, asks and adds again","field":"n\nask\nresult","step":"doubles a number, and asks what to add.\ntwice\ntwice a number.\nolder\ndoubles a number, and asks what to add.\nlook\nstamp"}');
INSERT INTO "registry_workflows" VALUES('01m8k9k8n935xnhm7fgj7n09f8','older_sleeper',NULL,0,1,'older_sleeper
sleeps.','{"sid":"01m8k9k8n935xnhm7fgj7n09f8","name":"older_sleeper","description":"Sleeps.","tags":[],"requestId":"","currentVersionSid":"01m8k9k8njxmgacjb6vb90br65","archived":false,"createdAt":1795943932585,"updatedAt":1795943932585,"revision":1}','{"name":"older_sleeper","tag":"","description":"sleeps.","field":"seconds\nresult","step":"sleeps.\nolder_sleeper\nsleeps."}');
CREATE TABLE schema_version (service TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
INSERT INTO "schema_version" VALUES('registry',1);
INSERT INTO "schema_version" VALUES('scheduler',1);
INSERT INTO "schema_version" VALUES('executor',1);
INSERT INTO "schema_version" VALUES('bench',1);
CREATE TABLE span_logs (
    play_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    stream TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (play_sid, seq)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "span_logs" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd',1,'d88e8747fe7c1ffe',1795943932762,'stdout','looking at 6');
INSERT INTO "span_logs" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx',1,'d88e8747fe7c1ffe',1795943932925,'stdout','looking at -6');
INSERT INTO "span_logs" VALUES('01m8k9k92vdgfm82qeefm3ns50',1,'d88e8747fe7c1ffe',1795943933054,'stdout','looking at 10');
CREATE TABLE spans (
    play_sid TEXT NOT NULL,
    span_id TEXT NOT NULL,
    ord INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    parent_id TEXT NOT NULL,
    attention INTEGER NOT NULL,
    doc TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    UNIQUE (play_sid, span_id)
  ) STRICT;
INSERT INTO "spans" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','e35e234ef44b62e7',0,7,'',0,'{"spanId":"e35e234ef44b62e7","parentId":"","name":"older","title":"","kind":"flow_root","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932745,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":10,"versionSid":"01m8k9k8m76szkcx7bgr53269x","endMs":1795943932773}','{"ask":false,"n":3}','{"sum":13,"stamp":"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"}');
INSERT INTO "spans" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','e98e796772514127',1,2,'e35e234ef44b62e7',0,'{"spanId":"e98e796772514127","parentId":"e35e234ef44b62e7","name":"twice","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932745,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":4,"endMs":1795943932745}','{"n":3}','6');
INSERT INTO "spans" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','d88e8747fe7c1ffe',2,4,'e35e234ef44b62e7',0,'{"spanId":"d88e8747fe7c1ffe","parentId":"e35e234ef44b62e7","name":"look","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932745,"tags":{"n":3},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":14,"endMs":1795943932762}','','');
INSERT INTO "spans" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','f1dcb125d6694f38',3,5,'e35e234ef44b62e7',0,'{"spanId":"f1dcb125d6694f38","parentId":"e35e234ef44b62e7","name":"stamp","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932762,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":16,"endMs":1795943932763}','{"args":[],"kwargs":{}}','"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"');
INSERT INTO "spans" VALUES('01m8k9k8rrzwqg4pqfh5zvdffd','a43debcde9bfcbdc',4,6,'e35e234ef44b62e7',0,'{"spanId":"a43debcde9bfcbdc","parentId":"e35e234ef44b62e7","name":"twice","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932763,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":4,"endMs":1795943932773}','{"n":6}','12');
INSERT INTO "spans" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','e35e234ef44b62e7',0,6,'',1,'{"spanId":"e35e234ef44b62e7","parentId":"","name":"older","title":"","kind":"flow_root","status":"failed","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932918,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":10,"versionSid":"01m8k9k8m76szkcx7bgr53269x","endMs":1795943932926,"error":{"type":"ValueError","message":"less than nothing","traceback":"Traceback (most recent call last):\n  File \"flow.py\", line 18, in older\n    raise ValueError(\"less than nothing\")\nValueError: less than nothing"}}','{"ask":true,"n":-3}','');
INSERT INTO "spans" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','e98e796772514127',1,2,'e35e234ef44b62e7',0,'{"spanId":"e98e796772514127","parentId":"e35e234ef44b62e7","name":"twice","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932918,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":4,"endMs":1795943932918}','{"n":-3}','-6');
INSERT INTO "spans" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','d88e8747fe7c1ffe',2,4,'e35e234ef44b62e7',0,'{"spanId":"d88e8747fe7c1ffe","parentId":"e35e234ef44b62e7","name":"look","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932919,"tags":{"n":-3},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":14,"endMs":1795943932925}','','');
INSERT INTO "spans" VALUES('01m8k9k8xy1dqqdcw9zqr64zgx','f1dcb125d6694f38',3,5,'e35e234ef44b62e7',0,'{"spanId":"f1dcb125d6694f38","parentId":"e35e234ef44b62e7","name":"stamp","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943932926,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":16,"endMs":1795943932926}','{"args":[],"kwargs":{}}','"5b105cb0-77c2-435c-aba6-2d18a17d5159"');
INSERT INTO "spans" VALUES('01m8k9k92vdgfm82qeefm3ns50','e35e234ef44b62e7',0,7,'',1,'{"spanId":"e35e234ef44b62e7","parentId":"","name":"older","title":"","kind":"flow_root","status":"awaiting_resume","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933027,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":10,"versionSid":"01m8k9k8m76szkcx7bgr53269x"}','{"ask":true,"n":5}','');
INSERT INTO "spans" VALUES('01m8k9k92vdgfm82qeefm3ns50','e98e796772514127',1,2,'e35e234ef44b62e7',0,'{"spanId":"e98e796772514127","parentId":"e35e234ef44b62e7","name":"twice","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933027,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":4,"endMs":1795943933027}','{"n":5}','10');
INSERT INTO "spans" VALUES('01m8k9k92vdgfm82qeefm3ns50','d88e8747fe7c1ffe',2,3,'e35e234ef44b62e7',0,'{"spanId":"d88e8747fe7c1ffe","parentId":"e35e234ef44b62e7","name":"look","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933053,"tags":{"n":5},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":14,"endMs":1795943933054}','','');
INSERT INTO "spans" VALUES('01m8k9k92vdgfm82qeefm3ns50','f1dcb125d6694f38',3,4,'e35e234ef44b62e7',0,'{"spanId":"f1dcb125d6694f38","parentId":"e35e234ef44b62e7","name":"stamp","title":"","kind":"step","status":"ok","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933054,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":16,"endMs":1795943933054}','{"args":[],"kwargs":{}}','"de8db1b4-80c8-4dad-b166-214027acf765"');
INSERT INTO "spans" VALUES('01m8k9k92vdgfm82qeefm3ns50','6b8f98a03669342f',4,6,'e35e234ef44b62e7',1,'{"spanId":"6b8f98a03669342f","parentId":"e35e234ef44b62e7","name":"more","title":"How much more?","kind":"pause","status":"awaiting_resume","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933054,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"","sourceLine":0}','','');
INSERT INTO "spans" VALUES('01m8k9k9e7jh93cxp4j2ymqccd','6f664f5a7b7c53b2',0,4,'',1,'{"spanId":"6f664f5a7b7c53b2","parentId":"","name":"older_sleeper","title":"","kind":"flow_root","status":"awaiting_resume","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933434,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"flow.py","sourceLine":4,"versionSid":"01m8k9k8njxmgacjb6vb90br65"}','{"seconds":86400}','');
INSERT INTO "spans" VALUES('01m8k9k9e7jh93cxp4j2ymqccd','82621c30eaa86e2b',1,3,'6f664f5a7b7c53b2',1,'{"spanId":"82621c30eaa86e2b","parentId":"6f664f5a7b7c53b2","name":"sleep","title":"sleep until 2026-11-30 09:18:53 UTC","kind":"pause","status":"awaiting_resume","attempt":1,"attempts":[],"runs":1,"replays":0,"startMs":1795943933435,"tags":{},"rpcService":"","rpcMethod":"","sourceFile":"","sourceLine":0}','','');
CREATE TABLE step_outputs (
    position INTEGER PRIMARY KEY,
    play_sid TEXT NOT NULL,
    step_key TEXT NOT NULL,
    span_id TEXT NOT NULL,
    name TEXT NOT NULL,
    within TEXT NOT NULL,
    version_sid TEXT NOT NULL,
    spans_before INTEGER NOT NULL,
    optional INTEGER NOT NULL,
    output TEXT NOT NULL,
    UNIQUE (play_sid, step_key)
  ) STRICT;
INSERT INTO "step_outputs" VALUES(1,'01m8k9k8rrzwqg4pqfh5zvdffd','d22e0b1974f8cb31ce2ac47eb366410f91074754','e98e796772514127','twice','0fa26d5979f08d9351dbb0dfd082afad54c022f7','01m8k9k8m76szkcx7bgr53269x',2,0,'6');
INSERT INTO "step_outputs" VALUES(2,'01m8k9k8rrzwqg4pqfh5zvdffd','7751558e4bef821f494195e9821de1e9d7c9d73f','f1dcb125d6694f38','flow.uuid','d802ead50053c6969779d79e769eb94e2318aeff','01m8k9k8m76szkcx7bgr53269x',4,0,'"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"');
INSERT INTO "step_outputs" VALUES(3,'01m8k9k8rrzwqg4pqfh5zvdffd','d802ead50053c6969779d79e769eb94e2318aeff','f1dcb125d6694f38','stamp','0fa26d5979f08d9351dbb0dfd082afad54c022f7','01m8k9k8m76szkcx7bgr53269x',4,0,'"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"');
INSERT INTO "step_outputs" VALUES(4,'01m8k9k8rrzwqg4pqfh5zvdffd','e040f28a8889a303d9b0940894ff45193d973516','a43debcde9bfcbdc','twice','0fa26d5979f08d9351dbb0dfd082afad54c022f7','01m8k9k8m76szkcx7bgr53269x',5,0,'12');
INSERT INTO "step_outputs" VALUES(5,'01m8k9k8rrzwqg4pqfh5zvdffd','0fa26d5979f08d9351dbb0dfd082afad54c022f7','e35e234ef44b62e7','older','','01m8k9k8m76szkcx7bgr53269x',5,0,'{"sum":13,"stamp":"b6c19bea-aaed-460b-a8ba-bd46b776ba0d"}');
INSERT INTO "step_outputs" VALUES(6,'01m8k9k8xy1dqqdcw9zqr64zgx','4252fcd4a21195163104ff3aacf97f8dfb371a9d','e98e796772514127','twice','0d2082835882db99e7d7aea1f799866fb1ded68e','01m8k9k8m76szkcx7bgr53269x',2,0,'-6');
INSERT INTO "step_outputs" VALUES(7,'01m8k9k8xy1dqqdcw9zqr64zgx','7751558e4bef821f494195e9821de1e9d7c9d73f','f1dcb125d6694f38','flow.uuid','d802ead50053c6969779d79e769eb94e2318aeff','01m8k9k8m76szkcx7bgr53269x',4,0,'"5b105cb0-77c2-435c-aba6-2d18a17d5159"');
INSERT INTO "step_outputs" VALUES(8,'01m8k9k8xy1dqqdcw9zqr64zgx','d802ead50053c6969779d79e769eb94e2318aeff','f1dcb125d6694f38','stamp','0d2082835882db99e7d7aea1f799866fb1ded68e','01m8k9k8m76szkcx7bgr53269x',4,0,'"5b105cb0-77c2-435c-aba6-2d18a17d5159"');
INSERT INTO "step_outputs" VALUES(9,'01m8k9k92vdgfm82qeefm3ns50','a382b1fd535b49dcc6e32574b8cf0ec7ee63663e','e98e796772514127','twice','dfbf986e7946b6adae42dd60e6956a8ee021d45a','01m8k9k8m76szkcx7bgr53269x',2,0,'10');
INSERT INTO "step_outputs" VALUES(10,'01m8k9k92vdgfm82qeefm3ns50','7751558e4bef821f494195e9821de1e9d7c9d73f','f1dcb125d6694f38','flow.uuid','d802ead50053c6969779d79e769eb94e2318aeff','01m8k9k8m76szkcx7bgr53269x',4,0,'"de8db1b4-80c8-4dad-b166-214027acf765"');
INSERT INTO "step_outputs" VALUES(11,'01m8k9k92vdgfm82qeefm3ns50','d802ead50053c6969779d79e769eb94e2318aeff','f1dcb125d6694f38','stamp','dfbf986e7946b6adae42dd60e6956a8ee021d45a','01m8k9k8m76szkcx7bgr53269x',4,0,'"de8db1b4-80c8-4dad-b166-214027acf765"');
INSERT INTO "step_outputs" VALUES(12,'01m8k9k9e7jh93cxp4j2ymqccd','11d8bf48749b09bdc7b71794077ddcc32955f50b','6f664f5a7b7c53b2','flow.uuid','aeccef25d1ffac28d47ef4a8f3d44094e6788f09','01m8k9k8njxmgacjb6vb90br65',1,0,'"94d8169d-7ea1-4a78-9aef-fd69ef548915"');
INSERT INTO "step_outputs" VALUES(13,'01m8k9k9e7jh93cxp4j2ymqccd','ab90c58793b17e924445485a75839d1e2dd5b607','82621c30eaa86e2b','flow.sleep','aeccef25d1ffac28d47ef4a8f3d44094e6788f09','01m8k9k8njxmgacjb6vb90br65',1,0,'1796030333434');
CREATE UNIQUE INDEX plays_by_key ON plays (workflow_sid, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX plays_by_workflow ON plays (workflow_sid, sid);
CREATE INDEX plays_by_version ON plays (version_sid, sid);
CREATE INDEX plays_by_status ON plays (status, sid);
CREATE INDEX plays_ready ON plays (rank, sid) WHERE stage = 4;
CREATE INDEX plays_running ON plays (lease_expires_at, executor_id) WHERE status = 'running';
CREATE INDEX plays_in_workflow ON plays (workflow_sid, stage, fresh, rank, sid) WHERE stage < 7;
CREATE INDEX plays_in_key ON plays (key_gate, stage, fresh, rank, sid) WHERE key_gate <> '' AND stage < 7;
CREATE INDEX plays_started ON plays (workflow_sid, started_at) WHERE started_at IS NOT NULL;
CREATE INDEX plays_by_parent ON plays (parent_sid, sid) WHERE parent_sid <> '';
CREATE INDEX plays_untold ON plays (sid) WHERE parent_resume_id <> '' AND told IS NULL
    AND status IN ('success', 'failed', 'cancelled', 'timed_out');
CREATE INDEX play_rates_due ON play_rates (opens_at);
CREATE INDEX play_pauses_open ON play_pauses (play_sid) WHERE state = 'open';
CREATE INDEX play_pauses_questions ON play_pauses (play_sid) WHERE state = 'open' AND kind = 'question';
CREATE INDEX play_pauses_due ON play_pauses (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;
CREATE INDEX play_pauses_answered ON play_pauses (play_sid, answer_seq) WHERE answer_seq IS NOT NULL;
CREATE INDEX play_pauses_grouped ON play_pauses (play_sid, await_group) WHERE state = 'open' AND await_group IS NOT NULL;
CREATE INDEX play_pauses_left ON play_pauses (play_sid, id) WHERE child_sid IS NOT NULL AND state = 'withdrawn' AND child_left IS NULL;
CREATE INDEX play_pauses_undelivered ON play_pauses (play_sid, await_group)
    WHERE answer_seq IS NOT NULL AND delivered_in IS NULL;
CREATE INDEX play_pauses_delivered ON play_pauses (play_sid, delivered_in) WHERE delivered_in > 0;
CREATE INDEX play_prefills_by_key ON play_prefills (play_sid, key, seq);
CREATE INDEX play_prefills_used ON play_prefills (play_sid, used_by) WHERE used_by IS NOT NULL;
CREATE INDEX spans_by_order ON spans (play_sid, ord);
CREATE INDEX spans_by_seq ON spans (play_sid, seq);
CREATE INDEX spans_by_parent ON spans (play_sid, parent_id);
CREATE INDEX spans_by_attention ON spans (play_sid, ord) WHERE attention = 1;
CREATE INDEX span_logs_by_span ON span_logs (play_sid, span_id);
CREATE INDEX step_outputs_by_play ON step_outputs (play_sid);
CREATE INDEX benchmarks_by_workflow ON benchmarks (workflow_sid, sid);
CREATE INDEX benchmarks_by_version ON benchmarks (version_sid, status, sid);
CREATE INDEX benchmarks_running ON benchmarks (sid) WHERE status = 'running';
COMMIT;
