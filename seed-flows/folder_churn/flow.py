"""Measures one folder for commit_report, which invokes it once per folder."""

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
