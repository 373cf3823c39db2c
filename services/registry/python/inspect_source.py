"""Reads flow sources without running them: `python3 -I inspect_source.py`, JSON lines on stdin and stdout.

Request: `{"id", "name": workflow name, "source"}`. Answer: `{"id", "ok": {...}}` or
`{"id", "error": {"message", "line", "column"}}` (both from 1), with `"last": true` when this process leaves after it
because the source has made it large. A source can still break the interpreter itself; then the process is gone, and
whoever started it knows which source it was.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from source_outline import InvalidSource, outline  # noqa: E402

MEMORY_BYTES = 1024 * 1024 * 1024
LARGE_KB = 300 * 1024
CPU_SECONDS = 6
COLLECT_EVERY = 100
LARGE_LINE = 100_000


def main() -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    # The collector would walk every growing tree again and again: half of the time of a large source.
    gc.disable()
    for count, line in enumerate(sys.stdin.buffer):
        _more_cpu_time()
        request = json.loads(line)
        answer = _answer(request["source"], request["name"])
        last = _peak_kb() > LARGE_KB
        tail = f', "id": {request["id"]}' + (', "last": true' if last else "")
        sys.stdout.buffer.write(f"{answer[:-1]}{tail}}}\n".encode())
        sys.stdout.buffer.flush()
        if last:
            return
        if len(line) > LARGE_LINE or count % COLLECT_EVERY == 0:
            gc.collect()


def _answer(source: str, name: str) -> str:
    """The answer without its id, as JSON text."""
    try:
        return json.dumps({"ok": outline(source, name)})
    except InvalidSource as error:
        return json.dumps({"error": {"message": error.message, "line": error.line, "column": error.column}})
    except (RecursionError, MemoryError):
        pass
    return json.dumps(
        {"error": {"message": "it nests too deeply, or is too large, to be read", "line": 1, "column": 1}}
    )


def _limit(what: int, most: int) -> None:
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        pass  # a system without this limit, or with a lower one already: the deadline of the caller remains


def _more_cpu_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    except (OSError, ValueError):
        pass  # as above


def _peak_kb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    main()
