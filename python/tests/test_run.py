"""The process: how it finds the entry, its exit codes, what it prints, and what it shows of errors."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import PlayOf
from fake_executor import PYTHON_FOLDER

from hero_tracing import _trace


@pytest.mark.parametrize(
    ("source", "name", "output"),
    [
        ("@flow\ndef other(): return 1\n@flow(name='the flow')\ndef f(): return 2", "the flow", 2),
        ("@flow\ndef other(): return 1\n@flow\ndef main(): return 2", "unknown", 2),
        ("@flow\ndef only(): return 3", "unknown", 3),
        ("@flow\ndef only(): return 3\nalias = only", "unknown", 3),
        ("@flow\nasync def main(): return 4", "main", 4),
        ("@flow(memo=False)\ndef main(): return 5", "main", 5),
    ],
)
def test_the_entry(play: PlayOf, source: str, name: str, output: int) -> None:
    run = play(source, name=name).run()
    assert run.output == output
    assert run.of("span_start")[0]["kind"] == "flow_root"
    assert run.of("span_start")[0]["parent_id"] == ""


def test_a_byte_order_mark_is_no_part_of_the_source(play: PlayOf) -> None:
    one = play("@flow\ndef main(): return 6")
    one.folder.joinpath("flow.py").write_text("\ufefffrom hero_tracing import flow\n@flow\ndef main(): return 6", "utf-8")
    assert one.run().output == 6


def test_the_environment_of_a_flow_holds_nothing_of_the_machinery(play: PlayOf) -> None:
    one = play("import os\n@flow\ndef main(): return sorted(n for n in os.environ if n.startswith('HERO_'))")
    one.env["HERO_FLOW_STARTED_MS"] = "5"
    assert one.run().output == [
        "HERO_FLOW_INPUT",
        "HERO_FLOW_PLAY_SID",
        "HERO_FLOW_SPAN_SOCK",
        "HERO_FLOW_VERSION_SID",
        "HERO_REPLAY_RESUMES_FILE",
        "HERO_REPLAY_STEP_OUTPUTS_FILE",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1", "the source declares none"),
        ("@flow\ndef a(): pass\n@flow\ndef b(): pass", "the candidates are 'a', 'b'"),
    ],
)
def test_no_usable_flow(play: PlayOf, source: str, message: str) -> None:
    run = play(source, name="x").run()
    assert run.code == 2
    assert message in run.stderr and message in run.error["message"]


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("def broken(:", "SyntaxError", "invalid syntax"),
        ("import no_such_module", "ModuleNotFoundError", "no_such_module"),
        ("@flow\ndef main(a, b=1): pass", "TypeError", "unknown input 'x', unknown input 'y', missing input 'a'"),
        ("raise SystemExit(0)", "SystemExit", "0"),
    ],
)
def test_an_error_before_the_entry_is_a_failed_root(play: PlayOf, source: str, kind: str, message: str) -> None:
    run = play(source).run(x=1, y=2)
    assert run.code == 1
    assert run.error["type"] == kind and message in run.error["message"]
    assert run.of("span_start")[0]["name"] == "main"


def test_inputs(play: PlayOf) -> None:
    executor = play("""
        @flow(inputs={"c": {"type": "integer", "default": 7}})
        def main(a, /, b=2, *, c, **rest): return [a, b, c, rest]
    """)
    assert executor.run(a=1, z=9).output == [1, 2, 7, {"z": 9}]


def test_a_large_input_comes_in_a_file(play: PlayOf) -> None:
    executor = play("@flow\ndef main(text: str): return len(text)")
    (executor.folder / "input.json").write_text('{"text": "' + "é" * 200_000 + '"}', encoding="utf-8")
    executor.env["HERO_FLOW_INPUT"] = "@input.json"
    assert executor.run().output == 200_000


def test_a_traceback_shows_lines_of_the_flow_and_none_of_the_sdk(play: PlayOf) -> None:
    run = play("""
        @flow(retries=1, retry_delay=0)
        def divide(a): return a / 0
        @flow
        def main():
            try:
                divide(1)
            except ZeroDivisionError as error:
                raise RuntimeError("wrapped") from error
    """).run()
    assert run.code == 1
    trace = run.error["traceback"]
    assert 'File "flow.py", line' in trace and "def divide(a): return a / 0" in trace
    assert "hero_tracing" not in trace and "runpy" not in trace
    assert "direct cause" in trace and trace.endswith("RuntimeError: wrapped")


def test_failed_shows_its_reason_alone(play: PlayOf) -> None:
    run = play("@flow\ndef main(): raise flow.Failed('out of stock')").run()
    assert run.code == 1
    assert run.error == {"type": "Failed", "message": "out of stock", "traceback": ""}


@pytest.mark.parametrize("code", [0, 2, 74, 75, 5, None])
def test_sys_exit_is_a_failure_whatever_the_code(play: PlayOf, code: int | None) -> None:
    run = play(f"import sys\n@flow\ndef main(): sys.exit({code})").run()
    assert run.code == 1
    assert run.error["type"] == "SystemExit"


def test_what_is_printed_belongs_to_the_span_that_printed_it(play: PlayOf) -> None:
    run = play("""
        import sys, logging
        print("at import")
        @flow
        def child():
            print("in", "child")
            print("no end", end="")
        @flow
        def main():
            sys.stdout.write("half ")
            print("whole")
            child()
            print("oops\\n\\nlines", file=sys.stderr)
            sys.stdout.buffer.write("bytes é".encode())
            assert sys.stdout.fileno() == 1 and not sys.stdout.isatty()
            print("x" * 10_000)
    """).run()
    assert run.code == 0
    child, main = run.span("child")["span_id"], run.span("main")["span_id"]
    lines = [(e["span_id"], e["stream"], e["text"]) for e in run.of("span_log")]
    assert lines[:-1] == [
        ("", "stdout", "at import"),
        (main, "stdout", "half whole"),
        (child, "stdout", "in child"),
        (child, "stdout", "no end"),
        (main, "stderr", "oops"),
        (main, "stderr", ""),
        (main, "stderr", "lines"),
    ] or lines[-1][2].startswith("bytes éxxx")
    assert lines[-1][2].endswith("…[cut, 10007 characters]")
    assert not run.stdout and not run.stderr


def test_endless_output_is_cut_with_a_mark(play: PlayOf) -> None:
    run = play("""
        @flow
        def main():
            for _ in range(1200): print("y" * 4000)
    """).run()
    assert run.code == 0
    assert run.printed()[-1].startswith("…[cut: more than 4,000,000 characters on stdout")
    assert len(run.printed()) < 1010


@pytest.mark.parametrize("event", ["step_output", "span_end"])
def test_a_dead_socket_ends_the_process_without_raising_in_the_flow(play: PlayOf, event: str) -> None:
    executor = play("""
        @flow
        def one(): return 1
        @flow
        def two(): open("two", "w").close()
        @flow
        def main():
            try:
                for _ in range(3):
                    one()
                    print("still here")
                    flow.current_span.tag("a", 1)
                two()
            except BaseException as error:
                open("raised", "w").write(repr(error))
                raise
    """)
    executor.die_after = lambda e: bool(e["event"] == event)
    run = executor.run()
    assert run.code == 74
    assert not (executor.folder / "raised").exists() and not (executor.folder / "two").exists()


def test_no_executor_at_all(play: PlayOf) -> None:
    executor = play("@flow\ndef main(): pass")
    env = {**os.environ, "PYTHONPATH": str(PYTHON_FOLDER), "HERO_FLOW_SPAN_SOCK": "nobody"}
    command = [sys.executable, "-m", "hero_tracing.run"]
    done = subprocess.run(command, cwd=executor.folder, env=env, capture_output=True, text=True)
    assert done.returncode == 74 and "cannot connect to nobody" in done.stderr


def test_run_without_a_play_prints_the_output(play: PlayOf) -> None:
    executor = play("@flow\ndef main(n: int = 2):\n    print('hello')\n    return {'n': n}")
    env = {**os.environ, "PYTHONPATH": str(PYTHON_FOLDER), "HERO_FLOW_INPUT": '{"n": 5}'}
    env.pop("HERO_FLOW_SPAN_SOCK", None)
    command = [sys.executable, "-m", "hero_tracing.run"]
    done = subprocess.run(command, cwd=executor.folder, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, 'hello\n{"n":5}\n')


def test_a_connected_descriptor(folder: pathlib.Path) -> None:
    """`fd:N`, as the sandbox gives it; `run_play` returns the code and raises nothing."""
    program = """if True:
        import json, os, socket, threading
        ours, theirs = socket.socketpair()
        lines = []
        def serve():
            for line in ours.makefile("rb"):
                lines.append(json.loads(line))
                ours.sendall(b'{"ack": %d}\\n' % lines[-1]["seq"])
        thread = threading.Thread(target=serve)
        thread.start()
        open("flow.py", "w").write("from hero_tracing import flow\\n@flow\\ndef main(): return 1\\n")
        from hero_tracing.run import run_play
        code = run_play({"HERO_FLOW_SPAN_SOCK": f"fd:{theirs.detach()}"})
        thread.join()
        ours.close()
        print(code, [line["event"] for line in lines])
    """
    env = {**os.environ, "PYTHONPATH": str(PYTHON_FOLDER)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=env, capture_output=True, text=True, timeout=20
    )
    assert done.stdout == "0 ['span_start', 'step_output', 'span_end', 'done']\n", done.stderr


def test_threads_that_flood_the_socket_do_not_block_each_other(play: PlayOf) -> None:
    run = play("""
        @flow
        def chatter(n):
            for i in range(400): print(f"{n} {i} " + "z" * 1000)
            return n
        @flow
        def main(): return flow.map(chatter, range(6))
    """).run()
    assert run.output == list(range(6))
    assert len(run.printed()) == 2400


def test_a_traceback_shows_its_last_hundred_frames() -> None:
    def below(n: int) -> int:
        return 1 // n if n == 0 else below(n - 1)

    for depth in (0, 98, 99, 300):
        error: BaseException | None = None
        try:
            below(depth)
        except ZeroDivisionError as caught:
            error = caught
        assert error is not None
        frames, last = 0, _trace._last_frames(error.__traceback__)
        while last is not None:
            frames, last = frames + 1, last.tb_next
        assert frames == min(depth + 2, 100)
        assert _trace.traceback_of(error).endswith("ZeroDivisionError: integer division or modulo by zero")
    assert _trace._last_frames(None) is None
