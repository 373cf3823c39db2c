"""Outside a play every helper is a silent no-op; declarations; the public surface."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import enum
import inspect
import pathlib
import subprocess
import sys
import textwrap
from typing import Any, Literal, Optional

import hero_tracing
import pytest
from fake_executor import PYTHON_FOLDER

from hero_tracing import flow
from hero_tracing._flow import declaration_of


def test_helpers_do_nothing() -> None:
    with flow.step("s", a=1) as span, flow.span("t", kind="other", title="T"):
        span.tag("k", object())
        flow.current_span.log("x")
        flow.current_span.title("x")
        flow.current_span.cost(1.5)
    assert flow.pause("p") is None and flow.pause("p", default=3) == 3
    assert flow.once("o", lambda a, b=1: (a, b), 5) == (5, 1)
    assert isinstance(flow.now(), dt.datetime) and isinstance(flow.random(), float) and len(flow.uuid()) == 36
    flow.sleep(0)
    flow.sleep_until(dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc))
    asyncio.run(flow.sleep_async(0))
    marker = object()
    assert flow(lambda: marker)() is marker


def test_a_flow_file_just_runs(folder: pathlib.Path) -> None:
    source = """
        from hero_tracing import ask_user, flow
        @flow
        def twice(n): return (n, n)
        @flow
        def main(n: int = 1):
            flow.current_span.tag("a", 1)
            return twice(n), ask_user.confirm("ok?", default=True)
        if __name__ == "__main__":
            print(main(2))
    """
    (folder / "my_flow.py").write_text(textwrap.dedent(source))
    env = {"PYTHONPATH": str(PYTHON_FOLDER)}
    command = [sys.executable, "-W", "error", "my_flow.py"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.stdout, done.stderr) == ("((2, 2), True)\n", "")


def test_the_wrapper_looks_like_the_function() -> None:
    @flow(name="the name", title="T")
    async def fn(a: int) -> str:
        """What it does."""
        return str(a)

    assert inspect.iscoroutinefunction(fn) and fn.__name__ == "fn" and asyncio.run(fn(1)) == "1"
    found = declaration_of(fn)
    assert found is not None and found.name == "the name" and found.description == "What it does."
    for name in ("", "a\nb", "x" * 201):
        with pytest.raises(ValueError, match="name"):
            flow.step(name)


class Mode(enum.Enum):
    FAST = "fast"


@dataclasses.dataclass
class Result:
    total: float
    rows: list[str]


def test_declarations_come_from_hints_defaults_and_docstring() -> None:
    @flow(inputs={"limit": {"description": "stated", "default": 3}}, outputs={"total": {"description": "the sum"}})
    def fn(
        text: str,
        count: int = 2,
        ratio: Optional[float] = None,
        rows: list[int] = [],  # noqa: B006
        mode: Literal["a", "b"] = "a",
        kind: Mode = Mode.FAST,
        when: dt.datetime | None = None,
        options: dict[str, Any] | None = None,
        *,
        limit: int,
        plain=True,  # type: ignore[no-untyped-def]
    ) -> Result:
        """Adds up.

        More of it.

        Args:
            text: what to read,
                over two lines
            count (int): how many

        Returns:
            Result: all of it
        """
        raise NotImplementedError

    found = declaration_of(fn)
    assert found is not None
    assert found.description == "Adds up.\n\nMore of it."
    inputs = found.inputs
    assert inputs["text"] == {"type": "string", "required": True, "description": "what to read, over two lines"}
    assert inputs["count"] == {"type": "integer", "required": False, "default": 2, "description": "how many"}
    assert inputs["ratio"]["type"] == "number" and inputs["ratio"]["required"] is False
    assert inputs["rows"]["type"] == "array"
    assert inputs["mode"]["type"] == "string" and inputs["mode"]["schema"] == {"enum": ["a", "b"]}
    assert inputs["kind"]["schema"] == {"enum": ["fast"]}
    assert inputs["ratio"]["schema"] == {"type": ["number", "null"]}
    assert inputs["when"]["schema"] == {"type": ["string", "null"], "format": "date-time"}
    assert inputs["options"]["type"] == "object"
    assert inputs["limit"] == {"type": "integer", "required": False, "default": 3, "description": "stated"}
    assert inputs["plain"] == {"type": "boolean", "required": False, "default": True}
    assert found.outputs["total"] == {"type": "number", "required": True, "description": "the sum"}
    assert found.outputs["rows"]["type"] == "array"


def test_all_is_sorted_and_complete() -> None:
    assert hero_tracing.__all__ == sorted(hero_tracing.__all__)
    assert all(hasattr(hero_tracing, name) for name in hero_tracing.__all__)
    modules = {path.stem for path in pathlib.Path(hero_tracing.__file__).parent.glob("*.py")}
    assert {name for name in modules if not name.startswith("_")} == {"run"}
    assert (pathlib.Path(hero_tracing.__file__).parent / "py.typed").exists()
