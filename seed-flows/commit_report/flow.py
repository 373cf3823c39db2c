"""Who changed what: a report on the history of a git repository, folder by folder.

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
    path = path.rpartition(" => ")[2].strip('"')
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
def write_report(commits: int, folders: list[dict], left_out: list[str], smaller: int) -> str:
    lines = ["# Who changed what", "", f"{commits} commits, {len(folders)} folders."]
    if smaller:
        lines.append(f"Not shown: {smaller} folders with fewer changed lines than these.")
    if left_out:
        lines.append(f"Left out: {', '.join(sorted(left_out))}.")
    lines += ["", "| Folder | Changed lines | Commits | Main author | Share | Authors | Busiest month |", "|---|--:|--:|---|--:|--:|---|"]
    for item in folders:
        name = item["folder"].replace("|", "\\|")
        author = item["main_author"].replace("|", "\\|")
        lines.append(
            f"| {name} | {item['churn']:,} | {item['commits']:,} | {author} | {item['share']:.0%} | {item['authors']} | {item['busiest_month']} |"
        )
    alone = [item["folder"] for item in folders if item["authors"] == 1]
    if alone:
        lines += ["", f"Known to one person only: {', '.join(alone)}."]
    return "\n".join(lines)


@flow(name="commit_report", title="Who changed what", outputs={"report": {"type": "string", "description": "Markdown"}})
def commit_report(log: str) -> dict:
    """Churn and ownership of every folder of a git repository.

    Args:
        log: What `git log --numstat --format=commit%x09%an%x09%aI` prints, at most 4 MiB.
    """
    history = read_history(log)
    every = sorted(history["folders"].items(), key=lambda item: (-churn(item[1]), item[0]))
    folders = every[:MOST_FOLDERS]
    left_out = ask_user.multi_choice(
        "Which folders should the report leave out?",
        [{"value": name, "label": name, "description": f"{churn(rows):,} changed lines"} for name, rows in folders],
        name="leave_out",
        message=f"The history has {history['commits']:,} commits. Folders of generated or foreign code hide the rest.",
    )
    measured = [
        flow.invoke("folder_churn", folder=name, rows=rows) for name, rows in folders if name not in left_out
    ]
    return {"report": write_report(history["commits"], measured, left_out, len(every) - len(folders))}
