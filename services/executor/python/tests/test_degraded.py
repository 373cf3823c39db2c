"""A machine that lacks a layer is told so (tier and layer named), its plays run, and the other layers still hold."""

import unittest

from .zygote_client import running_zygote

SOURCE = """
import socket
def outcome(attempt):
    try:
        attempt()
        return "open"
    except OSError:
        return "refused"
send([outcome(lambda: open("/etc/passwd").close()), outcome(lambda: socket.socket().close())])
"""


class DegradedTests(unittest.TestCase):
    def test_each_layer_may_be_absent(self) -> None:
        for call, tier, layer, expected in (
            ("landlock_restrict_self", "C", "landlock", ["refused", "refused"]),
            ("seccomp", "D", "seccomp", ["refused", "open"]),
            ("capset", "D", "capabilities", ["refused", "refused"]),
            ("pivot_root", "B", "namespaces", ["refused", "refused"]),
        ):
            with self.subTest(layer=layer), running_zygote(refused=(call,)) as zygote:
                self.assertEqual(zygote.ready["tier"], tier)
                self.assertEqual([line.split(":")[0] for line in zygote.ready["missing"] if "uid" not in line], [layer])
                end = zygote.run(SOURCE)
                self.assertEqual(end.lines, [expected], end.output)
                self.assertEqual(end.code, 0)


if __name__ == "__main__":
    unittest.main()
