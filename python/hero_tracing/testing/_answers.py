"""Questions of a play under test, and the answers that the test has ready for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from .._json import decode, encode
from ._schema import violations


class WrongAnswer(ValueError):
    """An answer that the question's schema refuses, or that no question takes."""


class _NoAnswer:
    def __repr__(self) -> str:
        return "NO_ANSWER"


#: As an answer: nobody answers, and the question's time runs out.
NO_ANSWER: Any = _NoAnswer()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question:
    """A pause that waits for an answer."""

    id: str
    name: str
    #: JSON Schema of the answer; None = anything.
    schema: Any
    ui: Any
    message: str
    has_default: bool
    default: Any
    span_id: str
    asked_at: dt.datetime
    #: When the default is taken, or PauseExpired raised; None = never.
    expires_at: dt.datetime | None

    def check(self, payload: Any) -> str:
        """The payload as JSON text. WrongAnswer when it does not fit."""
        try:
            text = encode(payload, f"answer to {self.name!r}")
        except (TypeError, ValueError) as error:
            raise WrongAnswer(f"the answer to {self.name!r} cannot be given: {error}") from None
        wrong = violations(self.schema, decode(text), "answer")
        if wrong:
            raise WrongAnswer(f"the answer to {self.name!r} does not fit its schema: {'; '.join(wrong)}")
        return text


def question_of(event: dict[str, Any], asked_ms: int) -> Question:
    timeout = event.get("timeout_ms")
    default = event.get("default_payload")
    return Question(
        id=event["resume_id"],
        name=event["name"],
        schema=decode(event["schema"]) if "schema" in event else None,
        ui=decode(event["ui"]) if "ui" in event else None,
        message=event.get("message", ""),
        has_default=event["has_default"],
        default=None if default is None else decode(default),
        span_id=event["span_id"],
        asked_at=_moment(asked_ms),
        expires_at=None if timeout is None else _moment(asked_ms + timeout),
    )


def _moment(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc)


class Answers:
    """By pause name or resume id: a payload for the first time it is asked, a list of payloads taken in order (wrap an
    answer that is itself a list in one), or a callable that is given each question."""

    def __init__(self, given: Mapping[str, Any] | None) -> None:
        self._waiting: dict[str, list[Any]] = {}
        self._callables: dict[str, Callable[[Question], Any]] = {}
        self._used: set[str] = set()
        for key, answer in (given or {}).items():
            if callable(answer):
                self._callables[key] = answer
            else:
                self._waiting[key] = list(answer) if isinstance(answer, list) else [answer]

    def take(self, question: Question) -> tuple[bool, Any]:
        """(True, the answer to this question), or (False, None) when there is none."""
        for key in (question.id, question.name):
            if key in self._callables:
                self._used.add(key)
                return True, self._callables[key](question)
            if self._waiting.get(key):
                self._used.add(key)
                return True, self._waiting[key].pop(0)
        return False, None

    def unused(self) -> list[str]:
        """What no question has taken, as warnings."""
        never = [key for key in self._callables if key not in self._used]
        left = [key for key, payloads in self._waiting.items() if payloads]
        return [
            f"no pause took the answer {key!r}" if key not in self._used else f"no pause took all answers {key!r}"
            for key in never + left
        ]
