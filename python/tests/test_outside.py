"""A play whose network is the executor's proxy tells which span makes a connection, before it is used: whichever thread connects.
Others tell nothing."""

from __future__ import annotations

from conftest import PlayOf

CONNECTING = """
    import asyncio
    import socket

    def connect():
        try:
            socket.create_connection(("127.0.0.1", 1)).close()
        except OSError:
            return "nobody is there"

    @flow
    def one() -> str:
        return connect()

    @flow
    def two() -> str:
        return asyncio.run(asyncio.to_thread(connect))

    @flow
    def main():
        connect()
        return flow.gather(one, two)
"""


def test_each_connection_is_told_with_its_span(play: PlayOf) -> None:
    executor = play(CONNECTING)
    executor.env["HTTP_PROXY"] = "http://127.0.0.1:1"
    run = executor.run()
    assert run.output == ["nobody is there"] * 2
    told = [event["span_id"] for event in run.of("outside")]
    assert told[0] == run.span("main")["span_id"]
    assert sorted(told[1:]) == sorted(run.span(name)["span_id"] for name in ("one", "two"))
    # Its own port is known where the sandbox has connected it already.
    assert [event["port"] for event in run.of("outside")] == [0, 0, 0]


def test_nothing_is_told_without_a_proxy(play: PlayOf) -> None:
    assert play(CONNECTING).run().of("outside") == []
