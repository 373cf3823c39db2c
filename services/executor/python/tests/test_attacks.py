"""Each attack of ``attacks.py`` succeeds in a plain process and fails in a play, with and without a uid of its own."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from .attacks import ATTACKS, PRELUDE, Attack
from .zygote_client import ZygoteClient, running_zygote

SUCCEEDED = "the attack succeeded"
UID = 250_100
LIMITS = {"cpu_s": 1, "memory_mb": 256, "file_mb": 32}


class Targets:
    """What attacks aim at: another play's folder, a process of the same user, and servers of each kind."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="targets-")))
        os.chmod(self.folder, 0o755)
        self.sibling = self.folder / "sibling"
        self.sibling.mkdir()
        self.victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        stack.callback(self.victim.wait)
        stack.callback(self.victim.kill)
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        stream, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for server in (tcp, udp, stream, abstract, datagram):
            stack.enter_context(server)
        abstract_name = f"hero-test-{os.getpid()}"
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        stream.bind(str(self.folder / "stream"))
        datagram.bind(str(self.folder / "datagram"))
        abstract.bind("\0" + abstract_name)
        for server in (tcp, stream, abstract):
            server.listen(64)
        self.names = {
            "SIBLING": str(self.sibling),
            "VICTIM": self.victim.pid,
            "TCP_PORT": tcp.getsockname()[1],
            "UDP_PORT": udp.getsockname()[1],
            "STREAM_SOCKET": str(self.folder / "stream"),
            "DATAGRAM_SOCKET": str(self.folder / "datagram"),
            "ABSTRACT_SOCKET": abstract_name,
        }

    def restore(self) -> None:
        for name in ("secret", "victim"):
            path = self.sibling / name
            path.write_text("secret")
            path.chmod(0o644)
            os.chown(path, os.getuid(), -1)
        for name in ("planted", "moved"):
            (self.sibling / name).unlink(missing_ok=True)

    def source(self, attack: Attack) -> str:
        names = "\n".join(f"{name} = {value!r}" for name, value in self.names.items())
        body = textwrap.indent(textwrap.dedent(attack.body).strip(), "    ")
        tail = f"try:\n    attack()\n    send({SUCCEEDED!r})\nexcept BaseException as error:\n    send(repr(error))\n"
        return f"{PRELUDE}\n{names}\ndef attack():\n{body}\n{tail}"


class AttackTests(unittest.TestCase):
    zygote: ZygoteClient
    targets: Targets

    @classmethod
    def setUpClass(cls) -> None:
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.targets = Targets(stack)
        cls.zygote = stack.enter_context(running_zygote())

    def attack_outside(self, attack: Attack) -> str:
        self.targets.restore()
        source = "def send(text): print(text, flush=True)\n" + self.targets.source(attack)
        with tempfile.TemporaryDirectory(prefix="outside-") as folder:
            done = subprocess.run(
                [sys.executable, "-c", source], cwd=folder, capture_output=True, text=True, check=False
            )
        # To become another program leaves no answer but its success.
        return done.stdout.strip() or (SUCCEEDED if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}")

    def attack_inside(self, attack: Attack, uid: int | None) -> str:
        self.targets.restore()
        end = self.zygote.run(self.targets.source(attack), uid=uid, limits=LIMITS)
        if end.lines:
            return str(end.lines[0])
        ended_silently = end.signal is not None or end.code != 0
        return f"killed by {end.signal}" if attack.kills and ended_silently else f"{SUCCEEDED} (no answer, {end})"

    def check(self, attack: Attack) -> None:
        layers = self.zygote.ready["layers"]
        present = {**layers, "landlock": layers["landlock_abi"] > 0}
        for layer in attack.layers:
            if not present[layer]:
                self.skipTest(f"this machine lacks {layer}")
        if attack.is_safe:
            outside = self.attack_outside(attack)
            if outside != SUCCEEDED:
                self.skipTest(f"does not succeed outside either: {outside}")
        uids = [None, UID] if layers["uid"] else [None]
        for uid in uids:
            if attack.name == "start many threads" and uid is None:
                continue  # without a user of its own only the address space bounds them
            with self.subTest(uid=uid):
                inside = self.attack_inside(attack, uid)
                self.assertNotIn(SUCCEEDED, inside)
                if not attack.is_safe:
                    self.assertIn("Operation not permitted", inside)


def _test_of(attack: Attack) -> Callable[[AttackTests], None]:
    def test(self: AttackTests) -> None:
        self.check(attack)

    test.__doc__ = attack.name
    return test


for _attack in ATTACKS:
    setattr(AttackTests, "test_" + re.sub(r"\W+", "_", _attack.name), _test_of(_attack))


if __name__ == "__main__":
    unittest.main()
