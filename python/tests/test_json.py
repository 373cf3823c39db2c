"""Outputs as JSON: what is encoded, what is refused and how the error names the place; bounds; exact numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import pathlib
import uuid
from typing import Any

import pytest
from conftest import PlayOf

from hero_tracing._json import as_replayed, canonical, encode, preview


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    tags: tuple[str, ...] = ("a",)


class Model:
    def model_dump(self, **options: Any) -> dict[str, Any]:
        return {"mode": options.get("mode"), "when": dt.date(2024, 1, 2)}


def test_what_is_encoded() -> None:
    value = {
        "point": Point(1),
        "enums": [Colour.RED, Level.HIGH],
        "when": dt.datetime(2024, 1, 2, 3, 4, tzinfo=dt.timezone.utc),
        "path": pathlib.PurePosixPath("/tmp/é"),
        "model": Model(),
        "id": uuid.UUID(int=1),
        "big": 2**200,
        "one": 1.0,
    }
    text = encode(value, "step 'x'")
    assert text == (
        '{"point":{"x":1,"tags":["a"]},"enums":["red",3],"when":"2024-01-02T03:04:00+00:00","path":"/tmp/é",'
        '"model":{"mode":"json","when":"2024-01-02"},"id":"00000000-0000-0000-0000-000000000001",'
        f'"big":{2**200},"one":1.0}}'
    )


def _cycle() -> Any:
    rows: list[Any] = [1]
    rows.append({"again": rows})
    return rows


def _deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"rows": [{"client": object()}]}, r"step 'x' is not JSON: output\.rows\[0\]\.client is of type object"),
        ([1, {2}], r"output\[1\] is of type set"),
        ({"a b": b""}, r"output\['a b'\] is of type bytes"),
        (Point(float("nan")), r"output\.x is nan"),  # type: ignore[arg-type]
        ([float("inf")], r"output\[0\] is inf"),
        ({(1, 2): 3}, r"output has the key \(1, 2\) of type tuple"),
        (_cycle(), r"output\[1\]\.again contains itself"),
        ("\ud800", r"output is text with a lone surrogate"),
        (_deep(201), r"nested deeper than 200 levels"),
        (_deep(5000), r"nested deeper than 200 levels"),
        ((n for n in ()), r"output is of type generator"),
        (Point, r"output is of type .*Point"),
        ([10**5000], r"output\[0\] is an integer with too many digits"),
    ],
)
def test_what_is_refused(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        encode(value, "step 'x'")


def test_the_text_is_that_of_the_standard_library() -> None:
    values: list[Any] = [0, -1, 2**70, 1.0, 1e-9, "", 'é"\\\n\u2028', True, None, [], {}, [1, [2.5, None]], {"b": 1, "a": [{}]}]
    values += [(1, "x"), {1: "int", None: "none", 2.5: "float", True: "bool"}, Level.HIGH]
    for value in values:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        assert encode(value, "x") == text
        again = as_replayed(value, text)
        assert again == json.loads(text) and type(again) is type(json.loads(text))
    assert canonical({"b": 1, "a": 2}) == '{"a":2,"b":1}'


def test_a_cycle_harms_no_later_value() -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    for _ in range(2):
        with pytest.raises(TypeError, match="contains itself"):
            encode(cycle, "x")
    cycle.pop()
    assert encode(cycle, "x") == "[1]"


def test_bounds() -> None:
    limit = 4 * 1024 * 1024
    assert len(encode("x" * (limit - 2), "s")) == limit
    assert json.loads(encode(_deep(200), "s")) == _deep(200)
    assert encode([[]] * 500, "s").count("[") == 501
    for value in ("x" * (limit - 1), "é" * (limit // 2)):
        with pytest.raises(ValueError, match=r"step 'big' is 4,19\d,\d+ bytes of JSON; the limit is 4,194,304"):
            encode(value, "step 'big'")


def test_preview() -> None:
    assert preview("x" * 4096) == "x" * 4096
    assert preview("x" * 5000) == "x" * 4096 + "…[cut, 5000 bytes]"
    assert preview("é" * 3000) == "é" * 2048 + "…[cut, 6000 bytes]"


def test_arguments_are_lenient_and_stable() -> None:
    assert canonical({"b": 1, "a": {"y": [1, (2,)], "x": None}}) == '{"a":{"x":null,"y":[1,[2]]},"b":1}'
    assert canonical({3, 1, 2}) == canonical({2, 3, 1})
    assert canonical(object()) == canonical(object()) == '{"$type":"object"}'
    assert canonical(float("nan")) == '{"$float":"nan"}'
    assert canonical({(1, 2): 3}) == canonical({(1, 2): 3})
    assert canonical(b"a") != canonical(b"b")
    assert canonical(test_bounds) != canonical(test_preview)
    assert canonical(1) != canonical(1.0) != canonical(True)
    json.loads(canonical(_cycle()))
    json.loads(canonical(_deep(5000)))
    json.loads(canonical(10**5000))


def test_a_step_names_itself(play: PlayOf) -> None:
    run = play("""
        @flow(retries=3, retry_delay=60)
        def load(): return {"rows": [1, {2}]}
        @flow
        def main(): load()
    """).run()
    assert run.code == 1
    assert run.error["type"] == "TypeError"
    assert run.error["message"] == "the output of step 'load' is not JSON: output.rows[1] is of type set; return sorted(...) or list(...) of it"
    assert run.span("load")["status"] == "failed"


def test_a_large_output_travels_whole_and_its_span_shows_the_start(play: PlayOf) -> None:
    executor = play("""
        @flow
        def big(): return ["é\\t\\n\\u2028" * 10] * 35_000
        @flow
        def main():
            rows = big()
            flow.pause("p")
            return [len(rows), rows[-1]]
    """)
    first = executor.run()
    assert first.code == 75, first.error
    (record,) = first.of("step_output")
    assert len(record["output"].encode()) > 3_000_000
    assert len(first.span("big")["output"].encode()) < 4200 and "…[cut, " in first.span("big")["output"]
    executor.answer("p", 1)
    assert executor.run().output == [35_000, "é\t\n\u2028" * 10]


def test_over_the_limit(play: PlayOf) -> None:
    run = play("""
        @flow
        def big(): return "x" * 5_000_000
        @flow
        def main(): big()
    """).run()
    assert run.code == 1
    assert "step 'big' is 5,000,002 bytes" in run.error["message"]


def test_big_integers(play: PlayOf) -> None:
    executor = play("""
        @flow
        def number(n): return {"n": n + 1, "f": 1.0}
        @flow
        def main(n): return [number(n), number(n)["n"] - n, flow.pause("p")]
    """)
    executor.run(n=2**53)
    executor.answer("p", 2**63 + 1)
    run = executor.run(n=2**53)
    assert run.of("step_output")[-1]["output"] == f'[{{"n":{2**53 + 1},"f":1.0}},1,{2**63 + 1}]'
