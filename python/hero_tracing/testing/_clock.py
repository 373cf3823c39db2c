"""The clock of a play under test: it stands still, except that waiting moves it on at once."""

from __future__ import annotations

import datetime as dt
import threading
import time


class SkippingClock:
    """Starts at `start` (an aware datetime; default: now) and never goes back.

    A wait of the flow (`flow.sleep`, the delay before a retry, the time-out of a question) moves it on by as much and
    returns at once. Waits side by side follow each other: two branches that sleep 2 s each take 4 s. Retry delays
    have no jitter. Time limits of steps count real time and skipped time together.
    """

    def __init__(self, start: dt.datetime | None = None) -> None:
        start = dt.datetime.now(dt.timezone.utc) if start is None else start
        if start.tzinfo is None:
            raise ValueError("start needs a time zone: datetime(2030, 1, 1, tzinfo=timezone.utc)")
        self._lock = threading.Lock()
        self._ms = round(start.timestamp() * 1000)
        self._began_ms = self._ms

    def now(self) -> dt.datetime:
        """What `flow.now()` gives when it is met for the first time now."""
        return dt.datetime.fromtimestamp(self._ms / 1000, dt.timezone.utc)

    def advance(self, by: float | dt.timedelta) -> None:
        """Move on by seconds, or a timedelta."""
        seconds = by.total_seconds() if isinstance(by, dt.timedelta) else by
        if seconds < 0:
            raise ValueError("the clock of a play does not go back")
        with self._lock:
            self._ms += round(seconds * 1000)

    def advance_to_ms(self, ms: int) -> None:
        with self._lock:
            self._ms = max(self._ms, ms)

    def now_ms(self) -> int:
        return self._ms

    # What the SDK reads (hero_tracing._clock.Clock)

    def time_ns(self) -> int:
        return self._ms * 1_000_000

    def monotonic(self) -> float:
        return time.monotonic() + (self._ms - self._began_ms) / 1000

    def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))

    def jitter(self) -> float:
        return 0.0
