"""Each attack of ``attacks.py`` succeeds in a plain process and fails in a play, in every tier that this machine gives.

An attack that does not succeed outside is VOID: its failure inside would show nothing.
"""

import errno
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from .attacks import APART_OUTSIDE, ATTACKS, PRELUDE, Attack
from .zygote_client import ZygoteClient, running_zygote

SUCCEEDED = "the attack succeeded"
UID = 250_100
ORDINARY_USER = 65_534
TIERS = ("A+", "A", "B", "C")
#: A descriptor that a process outside has inherited, as a child has those of its zygote.
INHERITED_FD = 33
LIMITS = {"memory_mb": 256, "disk_mb": 32}


class Targets:
    """What attacks aim at: another play's folder, a process of the same user, and servers of each kind."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="targets-")))
        os.chmod(self.folder, 0o755)
        self.sibling = self.folder / "sibling"
        self.sibling.mkdir()
        shutil.copy(_some_library(), self.sibling / "library.so")
        # Until it is killed, or this process is gone: however long the attacks take.
        self.victim = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        stack.enter_context(self.victim)
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
        proxy = stack.enter_context(socket.socket())
        proxy.bind(("127.0.0.1", 0))
        proxy.listen(64)
        self.proxy: int = proxy.getsockname()[1]
        threading.Thread(target=_greet, args=(tcp, b"target"), daemon=True).start()
        threading.Thread(target=_greet, args=(proxy, b"proxy"), daemon=True).start()
        self.names = {
            "SIBLING": str(self.sibling),
            "VICTIM": self.victim.pid,
            "TCP_PORT": tcp.getsockname()[1],
            "UDP_PORT": udp.getsockname()[1],
            "STREAM_SOCKET": str(self.folder / "stream"),
            "DATAGRAM_SOCKET": str(self.folder / "datagram"),
            "ABSTRACT_SOCKET": abstract_name,
            "INHERITED_FD": INHERITED_FD,
        }

    def restore(self) -> None:
        for name in ("secret", "victim"):
            path = self.sibling / name
            path.write_text("secret")
            path.chmod(0o644)
            os.chown(path, os.getuid(), -1)
        for name in ("planted", "moved"):
            (self.sibling / name).unlink(missing_ok=True)

    def source(self, attack: Attack, *, is_outside: bool = False) -> str:
        names = "\n".join(f"{name} = {value!r}" for name, value in self.names.items())
        body = textwrap.indent(textwrap.dedent(attack.body).strip(), "    ")
        tail = f"try:\n    attack()\n    send({SUCCEEDED!r})\nexcept BaseException as error:\n    send(repr(error))\n"
        apart = APART_OUTSIDE if is_outside and attack.is_apart else ""
        return f"{PRELUDE}\n{apart}\n{names}\ndef attack():\n{body}\n{tail}"


def _some_library() -> str:
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if "/libm" in line)


def _greet(server: socket.socket, word: bytes) -> None:
    """Says its word to whoever comes, until it is closed."""
    while True:
        try:
            connection, _ = server.accept()
            with connection:
                connection.sendall(word)
        except OSError:
            return


class Tier:
    """A zygote that uses this tier, and the users that its plays may have."""

    def __init__(self, stack: ExitStack, tier: str) -> None:
        # Tier A is what an ordinary user gets; root plays that user.
        user = ORDINARY_USER if tier == "A" and os.geteuid() == 0 else None
        self.zygote: ZygoteClient = stack.enter_context(running_zygote(most=tier, user=user))
        self.is_given = self.zygote.ready["tier"] == tier
        self.layers = {**self.zygote.ready["layers"], "landlock": self.zygote.ready["layers"]["landlock_abi"] > 0}
        # Without Landlock the seal stands for it.
        self.layers["landlock"] = self.layers["landlock"] or self.layers["sealed"]
        self.uids = [None, UID] if self.layers["uid"] and tier == "B" else [UID if self.layers["uid"] else None]


class AttackTests(unittest.TestCase):
    targets: Targets
    tiers: dict[str, Tier]

    @classmethod
    def setUpClass(cls) -> None:
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.targets = Targets(stack)
        cls.tiers = {name: tier for name in TIERS if (tier := Tier(stack, name)).is_given}

    def test_every_tier_of_this_machine_was_attacked(self) -> None:
        """A+ to C on Linux as root, with a kernel of 2022 or newer."""
        if os.geteuid() != 0:
            self.skipTest("only root can be every user")
        self.assertEqual(list(self.tiers), list(TIERS))

    def attack_outside(self, attack: Attack) -> str:
        self.targets.restore()
        source = "def send(text): print(text, flush=True)\n" + self.targets.source(attack, is_outside=True)
        with tempfile.TemporaryDirectory(prefix="outside-") as folder, open(os.devnull) as held:
            os.dup2(held.fileno(), INHERITED_FD)
            done = subprocess.run(
                [sys.executable, "-S", "-c", source],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                pass_fds=[INHERITED_FD],
            )
            os.close(INHERITED_FD)
        # To become another program leaves no answer but its success.
        return done.stdout.strip() or (SUCCEEDED if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}")

    def attack_inside(self, attack: Attack, tier: Tier, uid: int | None) -> str:
        self.targets.restore()
        source = self.targets.source(attack)
        limits = {**LIMITS, "cpu_s": attack.cpu_s}
        proxy = {"port": self.targets.proxy, "token": "t"}
        end = tier.zygote.run(source, uid=uid, limits=limits, network=attack.network, proxy=proxy)
        if end.lines:
            return str(end.lines[0])
        ended_silently = end.signal is not None or end.code != 0
        return f"killed by {end.signal}" if attack.kills and ended_silently else f"{SUCCEEDED} (no answer, {end})"

    def check(self, attack: Attack) -> None:
        if attack.machine not in ("", platform.machine()):
            self.skipTest(f"needs {attack.machine}")
        if attack.is_safe:
            outside = self.attack_outside(attack)
            if outside != SUCCEEDED and os.geteuid() != 0:
                self.skipTest(f"does not succeed outside either: {outside}")
            if attack.optional and any(f"OSError({code}," in outside for code in (errno.EAFNOSUPPORT, errno.ENOPROTOOPT)):
                self.skipTest(f"this kernel has no {attack.optional}")
            self.assertEqual(outside, SUCCEEDED, "VOID: it must succeed outside, or its failure inside shows nothing")
        for name, tier in self.tiers.items():
            if not all(tier.layers[layer] for layer in attack.layers):
                continue  # docs/security.md says what this tier leaves open
            for uid in tier.uids:
                if attack.name == "start many threads" and uid is None:
                    continue  # without a user of its own only the address space bounds them
                with self.subTest(tier=name, uid=uid):
                    inside = self.attack_inside(attack, tier, uid)
                    self.assertNotIn(SUCCEEDED, inside)
                    if name != "C":  # where no module can be loaded any more
                        self.assertNotRegex(inside, "ImportError|ModuleNotFound|SyntaxError|NameError")
                    if attack.is_apart or not attack.is_safe:
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
