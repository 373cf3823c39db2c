"""The floor: the same Python work and one fsync'd SQLite commit per step, in one process, nothing else.

Prints one number per round: milliseconds for 40 steps.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time

STEPS = 40


def fibo(n: int) -> int:
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(os.path.join(folder, "floor.sqlite"), isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE steps (play INTEGER, step INTEGER, output TEXT, PRIMARY KEY (play, step))")
        for play in range(rounds):
            started = time.perf_counter()
            for step in range(STEPS):
                db.execute("INSERT INTO steps VALUES (?, ?, ?)", (play, step, json.dumps(fibo(10))))
            print((time.perf_counter() - started) * 1000)
        db.close()


main(int(sys.argv[1]))
