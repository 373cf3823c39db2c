"""The executor in memory of `hero_tracing.testing` behind a real Unix socket, with a real process at the other end.

`FakeExecutor` is one play's executor over all its runs: each `run` starts a process with the replay files made from what
the earlier runs recorded and from the answers given since.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from typing import Any

from hero_tracing.testing._executor import Executor, told

PYTHON_FOLDER = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass
class Run:
    """One process: how it ended and what it sent."""

    code: int
    stdout: str
    stderr: str
    events: list[dict[str, Any]]

    def of(self, event: str, **members: Any) -> list[dict[str, Any]]:
        return [e for e in self.events if e["event"] == event and all(e.get(k) == v for k, v in members.items())]

    def spans(self) -> dict[str, dict[str, Any]]:
        """The last word on each span, by id."""
        spans: dict[str, dict[str, Any]] = {}
        for event in self.events:
            if event["event"] == "span_start":
                status = "replayed" if event.get("replayed") else "running"
                spans.setdefault(event["span_id"], {}).update({**event, "status": status})
            elif event["event"] == "span_end":
                # of a span that an earlier run began: the loser of a race
                known = spans.setdefault(event["span_id"], {"name": "", "kind": ""})
                known.update({k: v for k, v in event.items() if k != "event"})
            elif event["event"] == "span_tag":
                span = spans[event["span_id"]]
                span["tags"] = {**span.get("tags", {}), **event["tags"]}
                span["title"] = event.get("title", span.get("title"))
        return spans

    def span(self, name: str) -> dict[str, Any]:
        found = [span for span in self.spans().values() if span["name"] == name]
        assert len(found) == 1, f"{len(found)} spans named {name}: {found}"
        return found[0]

    def statuses(self) -> dict[str, str]:
        return {span["name"]: span["status"] for span in self.spans().values()}

    def printed(self, stream: str = "stdout") -> list[str]:
        return [e["text"] for e in self.of("span_log", stream=stream)]

    @property
    def error(self) -> dict[str, Any]:
        """The error of the root span."""
        root = [e for e in self.spans().values() if e["kind"] == "flow_root"]
        error: dict[str, Any] = root[0]["error"]
        return error

    @property
    def output(self) -> Any:
        assert self.code == 0, (self.code, self.stderr, self.events[-1:])
        return json.loads(self.of("step_output")[-1]["output"])


class FakeExecutor(Executor):
    def __init__(self, folder: pathlib.Path, source: str, *, name: str = "main") -> None:
        super().__init__()
        self.folder = folder
        self.name = name
        self.version_sid = "01version"
        self.prefill: dict[str, Any] | None = None
        self.die_after: Callable[[dict[str, Any]], bool] | None = None
        self.ack = True
        self.ignore = False  # records nothing, as in a dry replay
        self.env: dict[str, str] = {}
        #: The inputs and the outcome of the last run.
        self.last: tuple[dict[str, Any], Run] | None = None
        self.on_pause = self._prefilled
        (folder / "flow.py").write_text(textwrap.dedent(source), encoding="utf-8")

    # What the outside does

    def answer(self, name: str, payload: Any) -> None:
        pause = next(p for p in self.pauses.values() if p["name"] == name and p["resume_id"] not in self.answers)
        self._settle(pause, {"payload": json.dumps(payload)})

    def expire(self, name: str) -> None:
        self._settle(next(p for p in self.pauses.values() if p["name"] == name), {"expired": True})

    def end_child(self, index: int, output: Any = None, **failure: Any) -> None:
        """The play of the pause of kind child that was met as the `index`-th has ended."""
        pause = [p for p in self.pauses.values() if p["kind"] == "child"][index]
        outcome = {"play_sid": f"01child{index}", "status": "success", "output": output}
        if failure:
            outcome = {"play_sid": outcome["play_sid"], "status": "failed", "error": None, **failure}
        self._settle(pause, {"payload": json.dumps(outcome, separators=(",", ":"))})

    def _settle(self, pause: dict[str, Any], outcome: dict[str, Any]) -> None:
        self.answers[pause["resume_id"]] = {"id": pause["resume_id"], "name": pause["name"], **outcome}

    def publish(self, name: str, source: str, version_sid: str) -> None:
        versions = self.library.setdefault(name, [])
        version = {"workflow_sid": f"wf-{name}", "name": name, "version_sid": version_sid}
        versions.append({**version, "number": len(versions) + 1, "source": textwrap.dedent(source)})

    # One run

    def run(self, /, **inputs: Any) -> Run:
        socket_path = self.folder / "s"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(socket_path))
        listener.listen(1)
        self.begin_run()
        events = self.events
        server = threading.Thread(target=self._serve, args=(listener,))
        server.start()
        self._write_replay_files()
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PYTHON_FOLDER),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "error",
            "HERO_FLOW_SPAN_SOCK": str(socket_path),
            "HERO_FLOW_INPUT": json.dumps(inputs),
            "HERO_FLOW_VERSION_SID": self.version_sid,
            "HERO_FLOW_PLAY_SID": "01play",
            "HERO_FLOW_NAME": self.name,
            "HERO_REPLAY_STEP_OUTPUTS_FILE": "steps",
            "HERO_REPLAY_RESUMES_FILE": "resumes",
            **self.env,
        }
        command = [sys.executable, "-m", "hero_tracing.run"]
        try:
            done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=30)
        finally:
            with socket.socket(socket.AF_UNIX) as wake:  # in case the process never connected
                wake.connect(str(socket_path))
            server.join(10)
            listener.close()
            socket_path.unlink()
        run = Run(done.returncode, done.stdout, done.stderr, events)
        self.last = (inputs, run)
        return run

    def _write_replay_files(self) -> None:
        (self.folder / "steps").write_text("".join(f"{row}\n" for row in self.replay_lines()), encoding="utf-8")
        answers = "".join(json.dumps(answer) + "\n" for answer in self.answers.values())
        (self.folder / "resumes").write_text(answers, encoding="utf-8")

    def _serve(self, listener: socket.socket) -> None:
        conn, _ = listener.accept()
        with conn:
            rest = b""
            while True:
                try:
                    data = conn.recv(1 << 16)
                except OSError:
                    return
                if not data:
                    assert not rest, f"a torn line: {rest[:200]!r}"
                    return
                *lines, rest = (rest + data).split(b"\n")
                replies: list[dict[str, Any]] = []
                for line in lines:
                    if self.die_after is not None and self.die_after(event := json.loads(line)):
                        self.events.append(event)  # it came, and nothing was made of it
                        return
                    replies += self.take(line)
                if lines and self.ack:
                    replies.append({"ack": self.seq})
                # what a process has sent is read to its end, also when it is gone before it is answered
                with contextlib.suppress(OSError):
                    conn.sendall(b"".join(json.dumps(reply).encode() + b"\n" for reply in replies))

    def take(self, line: bytes | str) -> list[dict[str, Any]]:
        if not self.ignore:
            return super().take(line)
        event = json.loads(line)
        self.seq = event["seq"]
        self.events += told(event)
        return self._on_lookup(event) if event["event"] == "lookup" else []

    def _prefilled(self, event: dict[str, Any]) -> dict[str, Any] | None:
        if self.prefill is None or event["kind"] != "answer":
            return None
        if event["name"] not in self.prefill:
            return {"error": f"the pause {event['name']!r} has no prefilled answer"}
        return {"payload": json.dumps(self.prefill[event["name"]])}
