"""`flow.call`: the services of the installation, asked through the executor. A play has no other way to them.

A call is a span named after its method and recorded like a step: a replay meets the same reply, and asks nothing.
"""

from __future__ import annotations

from typing import Any

from . import _context
from ._errors import CallFailed
from ._json import encode, quote
from ._values import once


def call(method: str, /, **params: Any) -> Any:
    """Call a service by the name that callers know (`flow_library_search`) and return its reply.

    Raises:
        CallFailed: the service refused, with its reason and message.
    """
    if _context.play is None:
        raise RuntimeError(f"flow.call({method!r}) needs a play: outside there are no services")
    return once(method, _ask, method, params)


def _ask(method: str, params: dict[str, Any]) -> Any:
    play, span = _context.play, _context.current.get()
    if play is None or span is None:
        raise RuntimeError(f"flow.call({method!r}) needs a play")
    text = encode(params, f"flow.call({method!r})", part="params")
    reply = play.conn.request(
        "call", f',"method":{quote(method)},"params":{quote(text)},"span_id":"{span.id}"'
    )
    if play.conn.dead:
        play.leave_dead()
    if "error" in reply:
        error = reply["error"]
        raise CallFailed(method, str(error.get("reason", "")), str(error.get("message", "")))
    return reply["result"]
