"""Runs ``flow.py`` with ``send(object)``, ``send_raw(bytes)`` and ``receive() -> object`` in its globals."""

import json
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any


def run_play(
    env: Mapping[str, str], source: str | None = None, begin: Callable[[], Mapping[str, str]] = dict
) -> int:
    begin()
    address = env["HERO_FLOW_SPAN_SOCK"]
    if address.startswith("fd:"):
        connection = socket.socket(fileno=int(address[3:]))
    else:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
    incoming = connection.makefile("rb")

    def send_raw(data: bytes) -> None:
        connection.sendall(data)

    def send(message: object) -> None:
        send_raw(json.dumps(message).encode() + b"\n")

    def receive() -> Any:
        line = incoming.readline()
        return json.loads(line) if line else None

    module: dict[str, object] = {"__name__": "flow", "send": send, "send_raw": send_raw, "receive": receive}
    try:
        if source is None:
            with open("flow.py", encoding="utf-8") as file:
                source = file.read()
        exec(compile(source, "flow.py", "exec"), module)
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        return 1
    finally:
        incoming.close()
        connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(run_play(os.environ))
