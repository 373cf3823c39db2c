"""What a step costs its connection: its start is one write, its output and its end are another, each behind whatever was
queued before; the start returns when every recorded output is acknowledged. Of several threads that wait, one reads for all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from hero_tracing._wire import Connection

Ends = tuple[Connection, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A connection whose every write arrives as one packet."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.settimeout(10)
        yield Connection(ours), theirs


def written(theirs: socket.socket) -> list[dict[str, Any]]:
    return [json.loads(line) for line in theirs.recv(65536).splitlines()]


def test_an_output_and_its_end_are_one_write_behind_what_was_queued(ends: Ends) -> None:
    conn, theirs = ends
    conn.hit("a", "p", '"step"', "step")
    conn.send("span_log", ',"span_id":"p"')
    conn.end(',"step_key":"k"', ',"span_id":"b"')
    lines = written(theirs)
    assert [(line["seq"], line["event"]) for line in lines] == [
        (1, "span_start"),
        (2, "span_log"),
        (3, "step_output"),
        (4, "span_end"),
    ]
    assert lines[2]["step_key"] == "k" and lines[3]["span_id"] == "b"
    conn.end("", ',"span_id":"c"')
    assert [(line["seq"], line["event"]) for line in written(theirs)] == [(5, "span_end")]
    assert (conn.recorded, conn.seq) == (3, 5)


def test_a_start_is_one_write_and_waits_for_outputs_alone(ends: Ends) -> None:
    conn, theirs = ends
    conn.start(',"span_id":"a"')  # nothing was recorded: nothing to wait for
    assert [line["seq"] for line in written(theirs)] == [1]
    conn.end(',"step_key":"k"', ',"span_id":"a"')
    written(theirs)
    theirs.send(b'{"ack": 2}\n')
    conn.start(',"span_id":"b"')
    assert conn.acked == 2
    assert [(line["seq"], line["event"]) for line in written(theirs)] == [(4, "span_start")]


def test_text_that_is_no_utf_8_still_makes_a_line(ends: Ends) -> None:
    conn, theirs = ends
    conn.start(',"input":"\ud800"')
    assert written(theirs)[0]["input"] == "?"


def test_one_thread_reads_for_all_that_wait(ends: Ends) -> None:
    conn, theirs = ends
    conn.record(',"step_key":"k"')
    threads = [threading.Thread(target=conn.settle, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    while conn._waiting < 2:
        time.sleep(0)
    theirs.send(b'{"ack": 1}\n')
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert conn.acked == 1 and conn._waiting == 0


def test_a_socket_that_closes_ends_every_wait(ends: Ends) -> None:
    conn, theirs = ends
    conn.record(',"step_key":"k"')
    threads = [threading.Thread(target=conn.settle, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    while conn._waiting < 1:
        time.sleep(0)
    theirs.close()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert conn.dead != ""
    conn.start(',"span_id":"b"')  # as all that is sent now: nothing happens
