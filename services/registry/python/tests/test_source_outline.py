"""Contract: the outline of a source agrees with what `hero_tracing` finds when it loads it, and nothing is executed.

Run with `python3 -m unittest discover -s services/registry/python/tests`.
"""

from __future__ import annotations

import json
import pathlib
import sys
import types
import unittest
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[3] / "python")]

from source_outline import InvalidSource, outline  # noqa: E402

SEEDS = sorted((HERE.parents[3] / "seed-flows").glob("*/flow.py"))

SOURCE = '''
import enum, typing, pathlib, datetime
from hero_tracing import flow

class Tone(enum.Enum):
    PLAIN = "plain"
    WARM = "warm"

@flow
def helper(x: int) -> int:
    return x

@flow(inputs={"count": {"description": "How many", "default": 2}}, outputs={"text": {"type": "string"}})
def main(count: int, tone: Tone, who: str, where: pathlib.Path, when: datetime.date, parts: list[str],
         also: typing.Optional[float] = None, mode: typing.Literal["a", "b"] = "a", flag=True,
         some: list[str] | None = None, day: "datetime.date | None" = None,
         way: typing.Union[typing.Literal["a"], None] = None, odd: typing.Literal["a", None] = None) -> dict:
    """Does it.

    Args:
        who: Whom to greet,
            by name.
    """
'''


def at_run_time(source: str, name: str) -> dict[str, Any]:
    from hero_tracing._flow import declaration_of

    module = types.ModuleType("flow_under_test")
    sys.modules["flow_under_test"] = module
    exec(compile(source, "flow.py", "exec", dont_inherit=True), module.__dict__)
    found = [d for v in vars(module).values() if (d := declaration_of(v)) and d.name == name]
    return {"inputs": found[0].inputs, "outputs": found[0].outputs}


def comparable(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """As the SDK words them (no type is an object there). No JSON and None as defaults are left to the function."""
    return {
        f["name"]: {
            "type": f["type"] or "object",
            "required": f["required"],
            **({"description": f["description"]} if f["description"] else {}),
            **({"default": json.loads(f["default"])} if f["default"] else {}),
            **({"schema": json.loads(f["schema"])} if f["schema"] else {}),
        }
        for f in fields
    }


def without_none(fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: {k: v for k, v in f.items() if not (k == "default" and v is None)} for name, f in fields.items()}


class Agreement(unittest.TestCase):
    def check(self, source: str, name: str) -> None:
        read, ran = outline(source, name), at_run_time(source, name)
        self.assertEqual(comparable(read["inputs"]), without_none(ran["inputs"]))
        self.assertEqual(comparable(read["outputs"]), ran["outputs"])

    def test_a_byte_order_mark_is_no_part_of_the_source(self) -> None:
        marked, plain = outline("\ufeff" + SOURCE, "main"), outline(SOURCE, "main")
        self.assertEqual(marked, plain)

    def test_hints_defaults_and_docstring(self) -> None:
        self.check(SOURCE, "main")

    def test_a_hint_with_none_takes_null(self) -> None:
        schemas = {f["name"]: f["schema"] for f in outline(SOURCE, "main")["inputs"]}
        self.assertEqual(schemas["also"], '{"type":["number","null"]}')
        self.assertEqual(schemas["some"], '{"type":["array","null"],"items":{"type":"string"}}')
        self.assertEqual(schemas["day"], '{"type":["string","null"],"format":"date"}')
        self.assertEqual((schemas["way"], schemas["odd"]), ('{"enum":["a",null]}',) * 2)

    def test_seed_flows(self) -> None:
        self.assertTrue(SEEDS)
        for path in SEEDS:
            with self.subTest(flow=path.parent.name):
                self.check(path.read_text(encoding="utf-8"), path.parent.name)


class Refusals(unittest.TestCase):
    def test_place_of_an_error(self) -> None:
        with self.assertRaises(InvalidSource) as caught:
            outline("x = (\n", "wf")
        self.assertEqual((caught.exception.line, caught.exception.column), (1, 5))

    def test_nothing_is_executed(self) -> None:
        source = "from hero_tracing import flow\nraise SystemExit(1)\n@flow\ndef main(x=exit()): ...\n"
        self.assertEqual(outline(source, "wf")["inputs"][0]["required"], False)


if __name__ == "__main__":
    unittest.main()
