"""Whose a connection is: tells the executor, which sees connections of a play and not what makes them.

In plays whose network is the proxy of the executor every connection is made already when the flow connects it, so its own
end is known then. An audit hook sees it, whatever library connects and in whichever thread or task.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from typing import Any

from . import _context


def tell_connections(env: Mapping[str, str]) -> None:
    """From now on each connection of this process is told with the span that makes it."""
    if "HTTP_PROXY" in env:
        sys.addaudithook(_hook)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    span, play = _context.current.get(), _context.play
    if span is None or play is None:
        return
    try:
        name = args[0].getsockname()
    except OSError:
        return  # it fails for the flow as well, and says why
    if args[0].family in (socket.AF_INET, socket.AF_INET6):
        play.conn.send("outside", f',"span_id":"{span.id}","port":{name[1]}')
        play.conn.flush()
