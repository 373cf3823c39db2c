"""Run `flow.py` of the current folder as a play: `python3 -m hero_tracing.run`.

`run_play` connects to the executor, loads the replay files, executes the source, calls the entry with the play's
input and returns the exit code: 0 success, 2 no usable flow, 74 the socket died, 75 awaiting resume, 1 failed.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from . import _context
from ._capture import Capture
from ._dry import DryRun
from ._errors import pause_in
from ._flow import Declaration, run_entry, run_entry_async
from ._json import canonical, decode, encode
from ._load import NoEntry, compile_source, find_entry, load_source
from ._outside import tell_connections
from ._play import EXIT_DEAD_SOCKET, Play, flush_streams, say
from ._replay import load_answers, load_steps
from ._wire import connect

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_NO_FLOW = 2
EXIT_PAUSED = 75

_SOURCE = "flow.py"
#: What only this module reads. A flow sees the variables that callers may rely on, and no others.
_OWN_VARIABLES = ("HERO_FLOW_NAME", "HERO_FLOW_STARTED_MS", "HERO_FLOW_ON_DIVERGENCE", "HERO_REPLAY_DRY")


def run_play(
    env: Mapping[str, str] | None = None,
    source: str | None = None,
    begin: Callable[[], Mapping[str, str]] = dict,
) -> int:
    """Run the play that `env` (default: os.environ) describes. Returns the exit code and never raises.

    A host that has it at hand gives `source`, what `flow.py` holds. Its `begin` is called before anything of the play is read
    but that, and before anything of it runs: it gives what is to be added to `env`.
    """
    env = dict(os.environ if env is None else env)
    for name in _OWN_VARIABLES:
        if name in os.environ:
            del os.environ[name]
    try:
        address = env.get("HERO_FLOW_SPAN_SOCK", "")
        if not address:
            return _run_alone(env)
        try:
            conn = connect(address)
        except OSError as error:
            say(f"cannot connect to {address}: {error}")
            return EXIT_DEAD_SOCKET
        play = Play(
            conn,
            version_sid=env.get("HERO_FLOW_VERSION_SID", ""),
            parent_span=env.get("HERO_FLOW_PARENT_SPAN", ""),
            stop_on_divergence=env.get("HERO_FLOW_ON_DIVERGENCE", "") == "stop",
        )
        if env.get("HERO_REPLAY_DRY"):
            play.dry = DryRun(env["HERO_REPLAY_DRY"])
        return _run_connected(play, env, source, begin)
    except BaseException:
        say(traceback.format_exc())
        return EXIT_FAILED


def _run_connected(
    play: Play, env: dict[str, str], source: str | None, begin: Callable[[], Mapping[str, str]]
) -> int:
    capture = Capture(play)
    _context.play = play
    tell_connections(env)
    try:
        code = _run(play, env, source, begin)
    finally:
        _context.play = None
        capture.close()
    if play.dry is not None:
        play.dry.send_report(play)
    flush_streams()
    play.conn.wait(play.conn.send("done", ""))
    play.conn.close()
    if play.conn.dead:
        say(f"the play cannot go on: {play.conn.dead}")
        return EXIT_DEAD_SOCKET
    return code


def _run(play: Play, env: dict[str, str], source: str | None, begin: Callable[[], Mapping[str, str]]) -> int:
    name = env.get("HERO_FLOW_NAME", "")

    def prepare() -> tuple[Declaration, dict[str, Any]]:
        if source is not None and play.dry is None:  # a dry run says what there was to meet also of what cannot be compiled
            compile_source(source, _SOURCE)  # while the host makes ready what `begin` waits for
        env.update(begin())
        steps = load_steps(env.get("HERO_REPLAY_STEP_OUTPUTS_FILE", ""))
        play.load(steps, load_answers(env.get("HERO_REPLAY_RESUMES_FILE", "")))
        if play.dry is not None:
            play.dry.load(play.memo)
        inputs = _read_input(env)
        return find_entry(_load(source), name), inputs

    code = execute(play, name, prepare)
    if code == EXIT_NO_FLOW:
        print(play.failure, file=sys.__stderr__)
    return code


def execute(play: Play, name: str, prepare: Callable[[], tuple[Declaration, dict[str, Any]]]) -> int:
    """Call the entry that `prepare` gives, with the inputs that it gives. Returns the exit code and never raises."""
    try:
        entry, inputs = prepare()
        args, kwargs = entry.call_with(inputs)
    except BaseException as error:
        pause = pause_in(error)
        if pause is not None:
            error = RuntimeError(f"the pause {pause.name!r} is met while the file is loaded: pause inside a @flow function")
        play.failure = error
        _fail_before_entry(play, name, error)
        return EXIT_NO_FLOW if isinstance(error, NoEntry) else EXIT_FAILED
    return _call(play, entry, canonical(inputs), args, kwargs)


def _call(play: Play, entry: Declaration, text: str, args: list[Any], kwargs: dict[str, Any]) -> int:
    options = replace(entry.options, kind="flow_root")
    try:
        if entry.is_async:
            import asyncio

            asyncio.run(run_entry_async(options, text, lambda: entry.fn(*args, **kwargs)))
        else:
            run_entry(options, text, lambda: entry.fn(*args, **kwargs))
    except BaseException as error:
        if pause_in(error) is not None and play.swallowed is None and play.diverged is None:
            return EXIT_PAUSED
        play.failure = error
        if play.dry is not None:
            play.dry.failed(error)
        return EXIT_FAILED
    return EXIT_OK


def _fail_before_entry(play: Play, name: str, error: BaseException) -> None:
    """Show on a root span what kept the entry from being called."""
    span = play.below(play.top, name or "main", "flow_root")
    play.start(span)
    play.end(span, "failed", error=error)
    if play.dry is not None:
        play.dry.failed(error)


def _read_input(env: Mapping[str, str]) -> dict[str, Any]:
    text = env.get("HERO_FLOW_INPUT", "") or "{}"
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as file:
            text = file.read()
    inputs = decode(text)
    if not isinstance(inputs, dict):
        raise TypeError("the input of a play is an object of its inputs")
    return inputs


def _load(source: str | None = None) -> Any:
    if source is None:
        with open(_SOURCE, encoding="utf-8") as file:
            source = file.read()
    return load_source(source, filename=_SOURCE, module_name="flow")


def _run_alone(env: Mapping[str, str]) -> int:
    """Without a play: run the entry here and print its output."""
    try:
        entry = find_entry(_load(), env.get("HERO_FLOW_NAME", ""))
    except NoEntry as error:
        print(error, file=sys.stderr)
        return EXIT_NO_FLOW
    try:
        args, kwargs = entry.call_with(_read_input(env))
        value = entry.fn(*args, **kwargs)
        if entry.is_async:
            import asyncio

            value = asyncio.run(value)
        print(encode(value, f"flow {entry.name!r}"))
    except Exception:
        traceback.print_exc()
        return EXIT_FAILED
    return EXIT_OK


def _main() -> None:
    code = run_play()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # the reader is gone; the exit code still counts
    os._exit(code)


if __name__ == "__main__":
    _main()
