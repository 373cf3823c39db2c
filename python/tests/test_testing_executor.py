"""The executor in memory refuses what docs/wire.md does not allow, and the run ends with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hero_tracing.testing._executor import Channel, Executor, ProtocolError


def line(seq: int, event: str, **members: Any) -> str:
    return json.dumps({"event": event, "seq": seq, **members})


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (line(3, "span_log", span_id="", stream="log", text="", at_ms=1), "came with seq 3"),
        (line(2, "something"), "unknown event"),
        (line(2, "step_output", step_key="k", span_id="s", name="n", output="2"), "recorded twice"),
        (line(2, "step_output", step_key="l", span_id="s", name="n", output="[1,\n2]"), "raw tabs or line ends"),
        (line(2, "step_output", step_key="l", span_id="s", name="n", output="[1"), "Expecting"),
    ],
)
def test_what_is_not_the_wire(second: str, message: str) -> None:
    executor = Executor()
    executor.take(line(1, "step_output", step_key="k", span_id="s", name="n", output="1"))
    with pytest.raises((ProtocolError, ValueError), match=message):
        executor.take(second)


def test_the_channel_takes_at_once_and_keeps_what_went_wrong() -> None:
    executor = Executor()
    channel = Channel(executor, lambda executor: len(executor.steps) == 2)
    whole = line(1, "lookup", id="r1", name="x").encode() + b"\n"
    assert channel.send(whole[:10]) == 10 and channel.recv(100) == b""
    channel.send(whole[10:])
    replies = channel.recv(1 << 16).splitlines()
    assert json.loads(replies[0])["error"]["reason"] == "NOT_FOUND" and json.loads(replies[1]) == {"ack": 1}
    for seq in (2, 3):
        channel.send(line(seq, "step_output", step_key=f"k{seq}", span_id="s", name="n", output="1").encode() + b"\n")
    assert channel.stopped and channel.recv(100) == b""
    with pytest.raises(BrokenPipeError):
        channel.send(b"more")
    broken = Channel(Executor(), lambda executor: False)
    broken.send(b"{}\n")
    assert isinstance(broken.problem, ProtocolError) and broken.stopped
