"""When a failed attempt is followed by another, and after how long.

Before retry k lie `retry_delay * backoff**(k-1)` seconds and up to 10 % of jitter, at most `max_delay`. `Failed` and
`PauseExpired` are not retried unless `retry_on` names them, and what `no_retry` names never is. Delays up to 10 s are
waited for in place.
"""

from __future__ import annotations

from dataclasses import dataclass

from ._check import check_error_types, check_number, check_seconds, check_whole
from ._clock import jitter
from ._errors import Failed, PauseExpired

IN_PLACE_S = 10.0

ErrorTypes = type[BaseException] | tuple[type[BaseException], ...]


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    retries: int = 0
    retry_delay: float = 1
    backoff: float = 2
    max_delay: float = 3600
    retry_on: ErrorTypes | None = None
    no_retry: ErrorTypes = ()

    def __post_init__(self) -> None:
        check_whole("retries", self.retries, 0)
        check_seconds("retry_delay", self.retry_delay, least=0)
        check_number("backoff", self.backoff, least=0, fix="for example backoff=2")
        check_seconds("max_delay", self.max_delay, least=0)
        if self.retry_on is not None:
            check_error_types("retry_on", self.retry_on)
        check_error_types("no_retry", self.no_retry)

    def delay_after(self, attempt: int, error: BaseException) -> float | None:
        """Seconds until the next attempt, or None when `error` is final."""
        if attempt > self.retries or not isinstance(error, Exception) or isinstance(error, self.no_retry):
            return None
        if self.retry_on is None:
            if isinstance(error, (Failed, PauseExpired)):
                return None
        elif not isinstance(error, self.retry_on):
            return None
        try:
            delay = self.retry_delay * float(self.backoff) ** (attempt - 1)
        except OverflowError:
            return self.max_delay
        return min(self.max_delay, delay * (1 + jitter() / 10))
