"""`flow`: the decorator and everything that hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, overload

from . import _call, _errors, _invoke, _parallel, _pause, _race, _secrets, _timer, _values
from ._flow import decorate, source_of
from ._retry import ErrorTypes, RetryPolicy
from ._spans import CurrentSpan, SpanBlock
from ._step import StepOptions

P = ParamSpec("P")
R = TypeVar("R")
FieldSpecs = Mapping[str, Mapping[str, Any]]


class Flow:
    """Declares flows (`@flow`) and gives them steps, pauses and time. See docs/authoring.md."""

    Failed = _errors.Failed
    StepTimeout = _errors.StepTimeout
    PauseExpired = _errors.PauseExpired
    ChildFailed = _errors.ChildFailed
    CallFailed = _errors.CallFailed
    SecretRefused = _errors.SecretRefused

    current_span = CurrentSpan()

    @overload
    def __call__(self, fn: Callable[P, R], /) -> Callable[P, R]: ...

    @overload
    def __call__(
        self,
        fn: None = None,
        /,
        *,
        name: str = "",
        inputs: FieldSpecs | None = None,
        outputs: FieldSpecs | None = None,
        description: str = "",
        title: str = "",
        retries: int = 0,
        retry_delay: float = 1,
        backoff: float = 2,
        max_delay: float = 3600,
        retry_on: ErrorTypes | None = None,
        no_retry: ErrorTypes = (),
        timeout: float | None = None,
        memo: bool = True,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...

    def __call__(
        self,
        fn: Any = None,
        /,
        *,
        name: str = "",
        inputs: FieldSpecs | None = None,
        outputs: FieldSpecs | None = None,
        description: str = "",
        title: str = "",
        retries: int = 0,
        retry_delay: float = 1,
        backoff: float = 2,
        max_delay: float = 3600,
        retry_on: ErrorTypes | None = None,
        no_retry: ErrorTypes = (),
        timeout: float | None = None,
        memo: bool = True,
    ) -> Any:
        policy = RetryPolicy(
            retries=retries,
            retry_delay=retry_delay,
            backoff=backoff,
            max_delay=max_delay,
            retry_on=retry_on,
            no_retry=no_retry,
        )

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            if not callable(function):
                raise TypeError("@flow declares a function")
            options = StepOptions(
                name=name or function.__name__,
                title=title,
                policy=policy,
                timeout=timeout,
                memo=memo,
                source=source_of(function),
            )
            return decorate(function, options, inputs, outputs, description)

        return declare if fn is None else declare(fn)

    def step(self, name: str, /, **tags: Any) -> SpanBlock:
        """A span around a block. Nothing is recorded: the block runs again on replay."""
        return SpanBlock(name, "step", tags=tags)

    def span(self, name: str, /, *, kind: str = "other", title: str = "", **tags: Any) -> SpanBlock:
        """`step` with a kind (`step`, `rpc`, `other`) and a title."""
        if kind not in ("step", "rpc", "other"):
            raise ValueError("kind is 'step', 'rpc' or 'other'")
        return SpanBlock(name, kind, title=title, tags=tags)

    call = staticmethod(_call.call)
    secret = staticmethod(_secrets.secret)
    once = staticmethod(_values.once)
    now = staticmethod(_values.now)
    uuid = staticmethod(_values.new_uuid)
    random = staticmethod(_values.new_random)
    pause = staticmethod(_pause.pause)
    sleep = staticmethod(_timer.sleep)
    sleep_async = staticmethod(_timer.sleep_async)
    sleep_until = staticmethod(_timer.sleep_until)
    invoke = staticmethod(_invoke.invoke)
    invoke_async = staticmethod(_invoke.invoke_async)
    gather = staticmethod(_parallel.gather)
    gather_async = staticmethod(_parallel.gather_async)
    race = staticmethod(_race.race)
    race_async = staticmethod(_race.race_async)
    map = staticmethod(_parallel.map_items)
    map_async = staticmethod(_parallel.map_async)
