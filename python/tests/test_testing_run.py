"""`run_flow`: what a test sees of a play, whichever way the flow is given, and how steps and library flows are replaced."""

from __future__ import annotations

import asyncio
import pathlib
import sys
import textwrap
import types
from typing import Any

import pytest

from hero_tracing import _context, flow
from hero_tracing.testing import PlayFailed, WrongInput, run_flow

calls: list[Any] = []


@flow
def load(path: str) -> dict[str, Any]:
    calls.append(path)
    raise OSError("no network in tests")


@flow
async def fetch(n: int) -> int:
    raise OSError("no network in tests")


@flow
def order(path: str, count: int = 1) -> dict[str, Any]:
    """Orders.

    Args:
        count: how many
    """
    found = load(path)
    token = flow.once("token", lambda: "secret")
    flow.current_span.log("ordering")
    print("printed")
    return {"sum": found["price"] * count, "token": token}


@flow
async def order_async() -> Any:
    return await asyncio.gather(fetch(1), fetch(2))


def test_a_function_with_steps_replaced() -> None:
    seen = []

    def cheap(path: str) -> dict[str, int]:
        seen.append(path)
        return {"price": 2}

    played = run_flow(order, {"path": "a", "count": 3}, replace={"load": cheap, "token": lambda: "t"})
    assert (played.status, played.output) == ("success", {"sum": 6, "token": "t"})
    assert seen == ["a"] and not calls
    assert played.steps == {"load": [{"price": 2}], "token": ["t"]}
    assert [(line.stream, line.text) for line in played.logs] == [("log", "ordering"), ("stdout", "printed")]
    assert played.tree == "order ok\n  load ok\n  token ok"
    assert played.span("load").input == '{"path":"a"}' and played.span("load").parent_id == played.span("order").span_id
    assert played.runs == 1 and played.warnings == [] and played.raise_for_status() is played
    assert _context.play is None and "flow" not in sys.modules


def test_async_steps_take_plain_and_async_replacements() -> None:
    async def times_ten(n: int) -> int:
        await asyncio.sleep(0)
        return n * 10

    assert run_flow(order_async, replace={"fetch": lambda n: n * 2}).output == [2, 4]
    assert run_flow(order_async, replace={"fetch": times_ten}).output == [10, 20]
    played = run_flow(order, {"path": "a"}, replace={"load": times_ten})
    assert played.error is not None and "cannot be async" in played.error["message"]


def test_a_failure_keeps_what_was_raised() -> None:
    played = run_flow(order, {"path": "a"})
    calls.clear()
    assert played.status == "failed" and played.output is None
    assert played.error is not None and played.error["type"] == "OSError" and "load(path)" in played.error["traceback"]
    assert isinstance(played.exception, OSError)
    assert [span.status for span in played.spans] == ["failed", "failed"]
    with pytest.raises(PlayFailed, match="OSError: no network") as caught:
        played.raise_for_status()
    assert caught.value.__cause__ is played.exception


SOURCE = """
    from hero_tracing import flow
    import itertools
    loads = itertools.count(1)
    @flow
    def one(): return next(loads)
    @flow
    def main(): return [one(), flow.pause("q"), next(loads)]
"""


def test_paths_and_texts_are_loaded_in_each_run_and_modules_are_not(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "my_flow.py"
    path.write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    module = types.ModuleType("my_module")
    exec(textwrap.dedent(SOURCE), module.__dict__)
    for given, last in ((path, 1), (str(path), 1), (SOURCE, 1), (module, 2), (module.main, 4)):
        played = run_flow(given, answers={"q": "a"})  # type: ignore[arg-type]
        assert played.runs == 2 and played.output[1:] == ["a", last]
    assert not any(name == "flow" for name in sys.modules)


def test_the_entry_is_the_one_named_like_the_file(tmp_path: pathlib.Path) -> None:
    source = "from hero_tracing import flow\n@flow\ndef a(): return 'a'\n@flow\ndef b(): return 'b'\n"
    (tmp_path / "b").mkdir()
    for path in (tmp_path / "b.py", tmp_path / "b" / "flow.py"):
        path.write_text(source, encoding="utf-8")
        assert run_flow(path).output == "b"
    assert run_flow(tmp_path / "b.py", name="a").output == "a"
    played = run_flow(source)
    assert played.error is not None and "the candidates are 'a', 'b'" in played.error["message"]
    broken = run_flow("def (\n")
    assert broken.error is not None and broken.error["type"] == "SyntaxError"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "path is required"),
        ({"path": 5}, "path must be a string, not 5"),
        ({"path": "a", "count": "1", "x": 1}, r"x is unknown \(the inputs are path, count\); count must be an integer"),
        ({"path": {1}}, "the inputs cannot be given"),
    ],
)
def test_inputs_are_checked_like_those_of_a_real_play(inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongInput, match=message):
        run_flow(order, inputs)


def test_library_flows_as_paths_functions_and_replacements(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "sum_up.py"
    path.write_text("from hero_tracing import flow\n@flow\ndef sum_up(rows): return [flow.pause('r'), sum(rows)]\n")

    @flow
    def double(n: int) -> int:
        return n * 2

    source = """
        from hero_tracing import flow
        @flow
        def main():
            doubled = flow.map("double", [1, 2])
            return [flow.invoke("sum_up", rows=doubled), flow.invoke("third", a=1), flow.invoke("nobody")]
    """
    played = run_flow(
        source,
        answers={"r": "rounded"},
        library={"sum_up": path, "double": double},
        replace={"third": lambda a: a + 2},
    )
    assert played.error is not None and "flow 'nobody' cannot be invoked: no such workflow" in played.error["message"]
    assert played.steps == {"double": [2, 4], "sum_up": [["rounded", 6]], "third": [3]}
    assert played.span("sum_up").kind == "subflow"


def test_what_is_no_flow_and_where_none_can_run() -> None:
    with pytest.raises(TypeError, match="not a flow"):
        run_flow(lambda: 1)

    async def inside() -> None:
        run_flow(order, {"path": "a"})

    with pytest.raises(RuntimeError, match="async code"):
        asyncio.run(inside())

    @flow
    def nested() -> None:
        run_flow(order, {"path": "a"})

    played = run_flow(nested)
    assert played.error is not None and "running in this process already" in played.error["message"]


def test_ctrl_c_and_the_outcomes_of_pytest_reach_the_test() -> None:
    def stop(path: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_flow(order, {"path": "a"}, replace={"load": stop})
    with pytest.raises(pytest.fail.Exception, match="not called"):
        run_flow(order, {"path": "a"}, replace={"load": lambda path: pytest.fail("not called")})
    assert _context.play is None


def test_the_work_folder(tmp_path: pathlib.Path) -> None:
    before = pathlib.Path.cwd()
    source = "from hero_tracing import flow\n@flow\ndef main(): open('here', 'w').close()\n"
    assert run_flow(source, folder=tmp_path).status == "success"
    assert (tmp_path / "here").exists() and pathlib.Path.cwd() == before


def test_a_flow_that_swallows_its_pause_for_ever_is_broken_off() -> None:
    played = run_flow("""
        from hero_tracing import flow
        @flow
        def main():
            while True:
                try:
                    flow.pause("x")
                except BaseException:
                    continue
    """)
    assert played.status == "failed"
    assert played.error is not None and played.error["type"] == "PauseSwallowed"
    assert not isinstance(sys.gettrace(), types.LambdaType)


def test_a_flow_that_is_spawned_with_its_only_input_leaves_no_module() -> None:
    child = "from hero_tracing import flow\n@flow\ndef child(n: int) -> int: return n * 2\n"
    parent = 'from hero_tracing import flow\n@flow\ndef main() -> list: return flow.map("child", [2, 3], spawn=True)\n'
    played = run_flow(parent, library={"child": child})
    assert played.output == [4, 6]
    assert "flow" not in sys.modules
