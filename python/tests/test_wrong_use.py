"""Wrong arguments of a helper: refused before anything is sent, with the argument's name, what came, and what to write."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from conftest import PlayOf

from hero_tracing import ask_user, flow

NAN, INF = float("nan"), float("inf")
Call = Callable[[], Any]
_: Any = flow  # without the types, which know better


async def nothing() -> None: ...


def sleep_async(seconds: Any) -> Any:
    return asyncio.run(flow.sleep_async(seconds))


SECONDS: list[tuple[object, type[Exception], str]] = [
    ("soon", TypeError, r"a number of seconds, not 'soon' \(str\): write for example {}=30"),
    (True, TypeError, r"a number of seconds, not True \(bool\)"),
    (dt.timedelta(days=1), TypeError, r"timedelta\): write {}\.total_seconds\(\)"),
    (Decimal(3), TypeError, r"\(Decimal\)"),
    (NAN, ValueError, r"not nan \(float\)"),
    (INF, ValueError, r"not inf \(float\): write for example {}=30"),
    (1e12, ValueError, "more than a thousand years"),
]
NOT_NEGATIVE = (-1, ValueError, r"{} must not be negative, not -1 \(int\)")
POSITIVE = [
    (0, ValueError, r"{} must be positive, not 0 \(int\): leave it out"),
    (-1, ValueError, r"{} must be positive, not -1"),
]


@pytest.mark.parametrize(
    ("argument", "call", "more"),
    [
        ("timeout", lambda v: _.pause("p", timeout=v), POSITIVE),
        ("timeout", lambda v: _.pause("p", default=1, timeout=v), POSITIVE),
        ("timeout", lambda v: ask_user.text("Q", timeout=v), POSITIVE),
        ("escalate_after", lambda v: _.pause("p", escalate_after=v, escalate_to="cfo"), POSITIVE),
        ("timeout", lambda v: _(timeout=v)(nothing), POSITIVE),
        ("retry_delay", lambda v: _(retry_delay=v), [NOT_NEGATIVE]),
        ("max_delay", lambda v: _(max_delay=v), [NOT_NEGATIVE]),
        ("seconds", lambda v: _.sleep(v), [(None, TypeError, "not None")]),
        ("seconds", sleep_async, [(None, TypeError, "not None")]),
    ],
)
def test_lengths_of_time(argument: str, call: Callable[[object], Any], more: list[Any]) -> None:
    for value, error, words in SECONDS + more:
        with pytest.raises(error, match=argument + ".*" + words.format(argument).removeprefix(argument)):
            call(value)


def test_what_stays_good() -> None:
    flow.sleep(0)
    flow.sleep(-1)
    flow.sleep_until(0)
    flow.sleep_until(dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc))
    assert _.pause("p", timeout=Fraction(1, 2), default=7) == 7
    flow(retries=0, retry_delay=0, backoff=0, max_delay=0, retry_on=(), no_retry=(KeyError,))
    flow(retry_on=flow.Failed, backoff=1.5, timeout=None)
    assert flow.map(str, iter(range(2)), concurrency=1) == ["0", "1"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: _.pause(5), TypeError, r"a name is 1 to 200 characters.* not 5 \(int\): write it in quotes"),
        (lambda: _.pause("a\tb"), ValueError, r"a name is 1 to 200 characters.* not 'a\\tb'"),
        (lambda: _.pause("p", message=5), TypeError, r'message must be text, not 5 \(int\): write message="\.\.\."'),
        (lambda: _.pause("p", schema="string"), TypeError, r"schema must be a JSON Schema.*write schema=\{"),
        (lambda: _.sleep_until("soon"), TypeError, r"when must be a datetime.*not 'soon' \(str\): write datetime\("),
        (lambda: _.sleep_until(dt.date(2030, 1, 1)), TypeError, r"when.*\(date\): write datetime\("),
        (lambda: _.sleep_until(True), TypeError, r"when.*True \(bool\)"),
        (lambda: _.sleep_until(NAN), ValueError, "when.*nan"),
        (lambda: _.sleep_until(dt.datetime(2030, 1, 1)), ValueError, "when.*time zone.*add tzinfo=timezone.utc"),
        (lambda: _.sleep_until(1e15), ValueError, "when is more than a thousand years"),
        (lambda: _(retries=-1), ValueError, r"retries must be a whole number of at least 0, not -1 \(int\)"),
        (lambda: _(retries="two"), TypeError, r"retries must be a whole number.*'two'.*write for example retries=2"),
        (lambda: _(retries=2.5), TypeError, r"retries.*2\.5 \(float\)"),
        (lambda: _(retries=True), TypeError, "retries.*True"),
        (lambda: _(backoff="x"), TypeError, r"backoff must be a number, not 'x' \(str\): write for example backoff=2"),
        (lambda: _(backoff=NAN), ValueError, "backoff.*nan"),
        (lambda: _(backoff=-1), ValueError, "backoff must not be less than 0, not -1"),
        (lambda: _(retry_on="ValueError"), TypeError, r"retry_on must be an exception class.*write retry_on=\(ValueErr"),
        (lambda: _(retry_on=[OSError]), TypeError, "retry_on.*list"),
        (lambda: _(no_retry=(OSError, "x")), TypeError, r"no_retry.*'x' \(str\)"),
        (lambda: _(memo="no")(nothing), TypeError, r"memo must be True or False, not 'no' \(str\)"),
        (lambda: _(title=5)(nothing), TypeError, "title must be text"),
        (lambda: _.race(5), TypeError, r"flow\.race takes callables.*argument 1 is 5 \(int\): write it as `lambda"),
        (lambda: _.race([str, str]), TypeError, r"flow\.race.*argument 1 is .*\(list\): write flow\.race\(\*calls\)"),
        (lambda: _.gather(str, None), TypeError, r"flow\.gather.*argument 2 is None"),
        (lambda: _.gather(nothing()), TypeError, r"flow\.gather.*write `await flow\.gather_async\(\.\.\.\)`"),
        (lambda: asyncio.run(_.gather_async(5)), TypeError, r"flow\.gather takes callables.*or awaitables.*5"),
        (lambda: asyncio.run(_.race_async(5)), TypeError, r"flow\.race takes callables.*or awaitables.*5"),
        (lambda: _.map(None, [1]), TypeError, r"flow\.map takes a callable.*not None: write the function itself"),
        (lambda: _.map(str, 5), TypeError, r"flow\.map takes a list of items, not 5 \(int\)"),
        (lambda: _.map(str, [1], concurrency=0), ValueError, "concurrency must be a whole number of at least 1"),
        (lambda: _.map(str, [1], concurrency="3"), TypeError, "concurrency.*'3'"),
        (lambda: _.map(str, [1], concurrency=True), TypeError, "concurrency.*True"),
        (lambda: _.map("f", [1], spawn="yes"), TypeError, r"spawn must be True or False, not 'yes'"),
        (lambda: asyncio.run(_.map_async(str, 5)), TypeError, r"flow\.map takes a list of items"),
        (lambda: _.invoke(5), TypeError, "a name.*5"),
        (lambda: _.invoke("f", version_sid=5), TypeError, "version_sid must be text"),
        (lambda: _.invoke("f", spawn=True, version_sid=5), TypeError, "version_sid must be text"),
        (lambda: _.once("n", 5), TypeError, r"flow\.once takes a name and a function, not 5.*flow\.once\('n', work, x\)"),
        (lambda: _.once(nothing), TypeError, "missing|a name"),
        (lambda: _.secret(5), TypeError, "a name.*5"),
        (lambda: _.step(5), TypeError, "a name.*5"),
        (lambda: ask_user.text(5), TypeError, "question must be text"),  # type: ignore[arg-type]
        (lambda: ask_user.number("n", min="1"), TypeError, r"min must be a number, not '1'"),  # type: ignore[arg-type]
        (lambda: ask_user.number("n", min=3, max=1), ValueError, "min must not be more than max: 3"),
        (lambda: ask_user.choice("c", 5), TypeError, "a choice takes a list of items, not 5"),  # type: ignore[arg-type]
        (lambda: _.pause("p", group=5), TypeError, r"group must be a name.*not 5"),
        (lambda: _.pause("p", no_self_approval="x"), TypeError, "no_self_approval must be True or False"),
    ],
)
def test_other_arguments(call: Call, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_inside_a_play_the_step_fails_with_these_words_and_nothing_is_asked(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main(what: str):
            if what == "pause": flow.pause("p", timeout="soon")
            if what == "sleep": flow.sleep("soon")
            if what == "cost": flow.current_span.cost("much")
            if what == "long": flow.pause("x" * 9999)
    """)
    for what, words in (
        ("pause", "timeout must be a number of seconds, not 'soon' (str): write for example timeout=30"),
        ("sleep", "seconds must be a number of seconds, not 'soon' (str): write for example seconds=30"),
        ("cost", "usd must be a number, not 'much' (str): write for example flow.current_span.cost(0.002)"),
    ):
        run = executor.run(what=what)
        assert run.code == 1 and run.error["message"] == words and not run.of("pause")
    assert len(executor.run(what="long").error["message"]) < 250
