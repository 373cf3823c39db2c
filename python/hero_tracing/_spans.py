"""Spans without a record: `flow.step`, `flow.span` and the span around each call of an instrumented client.

Their body runs again on each replay. Outside a play they do nothing.
"""

from __future__ import annotations

import os
import sys
from contextvars import Token
from typing import Any

from . import _context
from ._check import check_name, check_text
from ._context import Span
from ._json import canonical


class Handle:
    """Attaches data to a span; outside a play it does nothing."""

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def _target(self) -> Span | None:
        return self._span if _context.play is not None else None

    def tag(self, key: str, value: Any) -> None:
        """Attach a value."""
        span = self._target()
        if span is not None:
            span.tag(key, value)

    def log(self, text: str) -> None:
        """Write a line to the log."""
        span = self._target()
        if span is not None:
            span.log(text)

    def title(self, text: str) -> None:
        """Set the line that people read instead of the name."""
        span = self._target()
        if span is not None:
            span.title(text)

    def cost(self, usd: float) -> None:
        """Add to the cost, in US dollars."""
        span = self._target()
        if span is not None:
            span.cost(usd)


class CurrentSpan(Handle):
    """The span that is current when a method is called."""

    def __init__(self) -> None:
        super().__init__(None)

    def _target(self) -> Span | None:
        return _context.current.get() if _context.play is not None else None


class SpanBlock:
    """A context manager: the body belongs to one more span."""

    def __init__(
        self,
        name: str,
        kind: str,
        *,
        title: str = "",
        tags: dict[str, Any] | None = None,
        arguments: str | None = None,
        rpc: tuple[str, str] | None = None,
    ) -> None:
        check_name(name)
        check_text("title", title)
        self._name = name
        self._kind = kind
        self._title = title
        self._tags = tags
        self._arguments = arguments
        self._rpc = rpc
        self._span: Span | None = None
        self._token: Token[Span | None] | None = None
        self.output: str | None = None

    def __enter__(self) -> Handle:
        play = _context.play
        if play is None:
            return Handle(None)
        self._span = span = play.below(play.enter(), self._name, self._kind)
        play.start(
            span,
            title=self._title,
            tags=canonical(self._tags) if self._tags else "",
            arguments=self._arguments,
            rpc=self._rpc,
            source=_caller(),
        )
        self._token = _context.current.set(span)
        play.before_body()
        return Handle(span)

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        play, span = _context.play, self._span
        if play is None or span is None:
            return
        if self._token is not None:
            _context.current.reset(self._token)
        play.end_with(span, error, output=self.output)


def _caller() -> tuple[str, int] | None:
    frame = sys._getframe(2)
    if os.path.dirname(frame.f_code.co_filename) == _OWN_FOLDER:
        return None
    return os.path.basename(frame.f_code.co_filename), frame.f_lineno


_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))
