"""What a play prints, as log lines of the span that printed it.

Lines are sent as they are completed; an unfinished line follows on flush or at the end of its span. Long lines are
cut, and after 4 million characters the rest is dropped; both are marked.
"""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

from . import _context
from ._play import Play

_BUDGET_CHARS = 4_000_000


class _Stream(io.TextIOBase):
    encoding = "utf-8"
    errors = "replace"

    def __init__(self, play: Play, name: str, fd: int) -> None:
        self._play = play
        self._name = name
        self._fd = fd
        self._partial = play.unfinished
        self._budget = _BUDGET_CHARS
        self.buffer = _Bytes(self)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        key = self._key()
        lines = text.split("\n")
        if key in self._partial:
            lines[0] = self._partial.pop(key) + lines[0]
        rest = lines.pop()
        for line in lines:
            self._emit(key[0], line)
        if len(rest) > 65_536:
            self._emit(key[0], rest)
        elif rest:
            self._partial[key] = rest
        if lines:
            self._play.conn.flush()
        return len(text)

    def flush(self) -> None:
        key = self._key()
        text = self._partial.pop(key, "")
        if text:
            self._emit(key[0], text)
            self._play.conn.flush()

    def end_of(self, span_id: str | None) -> None:
        """Send the unfinished lines of a span, or of all."""
        for key in list(self._partial):
            if key[2] == self._name and (span_id is None or key[0] == span_id):
                text = self._partial.pop(key, "")
                if text:
                    self._emit(key[0], text)

    def _key(self) -> tuple[str, int, str]:
        span = _context.current.get()
        return (span.id if span is not None else ""), threading.get_ident(), self._name

    def _emit(self, span_id: str, text: str) -> None:
        if self._budget < 0:
            return
        self._budget -= len(text) + 1
        if self._budget < 0:
            text = f"…[cut: more than {_BUDGET_CHARS:,} characters on {self._name}]"
        self._play.send_log(span_id, self._name, text)


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: bytes are taken as UTF-8."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, data: Any) -> int:
        self._stream.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()


class Capture:
    """Takes over sys.stdout and sys.stderr until `close`."""

    def __init__(self, play: Play) -> None:
        self._before = (sys.stdout, sys.stderr)
        self._out = _Stream(play, "stdout", 1)
        self._err = _Stream(play, "stderr", 2)
        sys.stdout, sys.stderr = self._out, self._err
        play.on_end = self.end_of

    def end_of(self, span_id: str | None) -> None:
        self._out.end_of(span_id)
        self._err.end_of(span_id)

    def close(self) -> None:
        self.end_of(None)
        sys.stdout, sys.stderr = self._before
