"""What the executor does, in a few lines: starts a zygote, forks plays, reads what they send."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).resolve().parent.parent
FIXTURE_SDK = PACKAGES / "tests" / "fixture_sdk"

#: Moves the zygote's end of the control stream to number 3, refuses system calls as an older kernel would, and
#: becomes the zygote. Arguments: descriptor, names of calls, command.
BECOME_ZYGOTE = """
import errno, os, sys
os.dup2(int(sys.argv[1]), 3)
refused = [name for name in sys.argv[2].split(",") if name]
if refused:
    from hero_zygote import _seccomp, _syscall
    _syscall.prctl(_syscall.PR_SET_NO_NEW_PRIVS, 1)
    _seccomp.install(_seccomp.refusing(refused, errno.ENOSYS))
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass(frozen=True)
class End:
    lines: list[Any]
    code: int | None
    signal: int | None
    cpu_ms: int
    output: str


class Play:
    """One child, hot or started."""

    def __init__(self, zygote: "ZygoteClient", spare: str, folder: Path, connection: socket.socket) -> None:
        self.zygote, self.spare, self.folder, self.connection = zygote, spare, folder, connection
        connection.settimeout(60)
        self.incoming = connection.makefile("rb")
        self.hello = json.loads(self.incoming.readline())

    def start(self, source: str, *, limits: dict[str, int] | None = None, env: dict[str, str] | None = None) -> None:
        (self.folder / "flow.py").write_text(source)
        self._give({"limits": limits or {}}, env)

    def start_with(self, source: Any, *, env: dict[str, str] | None = None, go_later: bool = False) -> None:
        """As the executor does: the source is in the job line. ``go_later`` = it waits for ``go``."""
        self._give({"source": source, "go_later": go_later}, env)

    def go(self, members: dict[str, Any]) -> None:
        self.connection.sendall(json.dumps({"go": members}, separators=(",", ":")).encode() + b"\n")

    def _give(self, job: dict[str, Any], env: dict[str, str] | None) -> None:
        variables = {"HERO_FLOW_SPAN_SOCK": "fd:3", "HOME": str(self.folder), **(env or {})}
        self.connection.sendall(json.dumps({"job": {"env": variables, **job}}).encode() + b"\n")

    def read(self) -> Any:
        return json.loads(self.incoming.readline())

    def end(self) -> End:
        lines = [json.loads(line) for line in self.incoming]
        exit_message = self.zygote.wait_exit(self.spare)
        self.connection.close()
        self.incoming.close()
        output = (self.folder / ".output").read_text(errors="replace")
        return End(lines, exit_message["code"], exit_message["signal"], exit_message["cpu_ms"], output)


class ZygoteClient:
    def __init__(self, folder: Path, python: str, refused: tuple[str, ...] = (), most: str = "A+", user: int | None = None) -> None:
        self.plays = folder / "plays"
        self.plays.mkdir(mode=0o711)
        self.socket_path = folder / "sock"
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(self.socket_path))
        self.server.listen(64)
        self.server.settimeout(20)
        if user is not None:
            for path in (folder, self.plays, self.socket_path):
                os.chown(path, user, user)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(60)
        command = [python, "-s", "-B", "-m", "hero_zygote", "--socket", str(self.socket_path), "--dir", str(self.plays), "--most", most]
        self.process = subprocess.Popen(
            [python, "-c", BECOME_ZYGOTE, str(theirs.fileno()), ",".join(refused), *command],
            **({} if user is None else {"user": user, "group": user, "extra_groups": []}),
            cwd=PACKAGES,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": f"{PACKAGES}:{FIXTURE_SDK}"},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self.messages = self.control.makefile("rb")
        self.exits: dict[str, Any] = {}
        self.started: list[Play] = []
        self.ready = json.loads(self.messages.readline())
        self.count = 0
        self.user = user

    def fork(
        self,
        *,
        network: str = "none",
        uid: int | None = None,
        limits: dict[str, int] | None = None,
        proxy: dict[str, Any] | None = None,
        awaited: bool = False,
    ) -> Play:
        self.count += 1
        spare = f"play-{self.count}"
        folder = self.plays / spare
        folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(folder, self.user, self.user)
        order = {
            "op": "fork",
            "spare": spare,
            "dir": str(folder),
            "uid": uid,
            "limits": limits or {},
            "network": network,
            "proxy": proxy,
            "awaited": awaited,
        }
        self.tell(order)
        connection, _ = self.server.accept()
        self.started.append(Play(self, spare, folder, connection))
        return self.started[-1]

    def run(self, source: str, **given: Any) -> End:
        play = self.fork(**given)
        play.start(source)
        return play.end()

    def tell(self, order: dict[str, Any]) -> None:
        self.control.sendall(json.dumps(order).encode() + b"\n")

    def wait_exit(self, spare: str) -> Any:
        while spare not in self.exits:
            message = json.loads(self.messages.readline())
            self.exits[message["spare"]] = message
        return self.exits.pop(spare)

    def close(self) -> None:
        for play in self.started:
            play.incoming.close()
            play.connection.close()
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.messages.close()
        self.control.close()
        self.process.wait(10)
        self.server.close()


@contextmanager
def running_zygote(
    python: str = sys.executable,
    refused: tuple[str, ...] = (),
    most: str = "A+",
    user: int | None = None,
) -> Iterator[ZygoteClient]:
    folder = Path(tempfile.mkdtemp(prefix="zygote-test-"))
    os.chmod(folder, 0o711)
    client = ZygoteClient(folder, python, refused, most, user)
    try:
        yield client
    finally:
        client.close()
        shutil.rmtree(folder)
