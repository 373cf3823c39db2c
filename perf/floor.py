"""The floor: the same Python work and one fsync'd SQLite commit per step, in one process, nothing else.

Prints two numbers per round: milliseconds for 40 steps, and microseconds of processor time for each of them.
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
            started, worked = time.perf_counter(), time.process_time()
            for step in range(STEPS):
                db.execute("INSERT INTO steps VALUES (?, ?, ?)", (play, step, json.dumps(fibo(10))))
            print((time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1e6 / STEPS)
        db.close()


main(int(sys.argv[1]))
