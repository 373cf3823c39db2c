"""The rehearsal plays a real flow with the real SDK, as often as it is asked to, and leaves nothing behind."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PACKAGES = Path(__file__).resolve().parent.parent
SDK = PACKAGES.parent.parent.parent / "python"

REHEARSE = """
import json, os, sys
import hero_tracing.run
from hero_zygote import _rehearsal, _rlimits

codes, run_play = [], hero_tracing.run.run_play
def noted(*given):
    codes.append(run_play(*given))
    return codes[-1]
hero_tracing.run.run_play = noted

def left():
    return [os.listdir("."), sorted(os.environ), "flow" in sys.modules, os.dup(0), len(sys.path)]
before = left()
for steps in (2, 0, 0):
    _rehearsal.in_child(_rlimits.Limits(), steps=steps)
os.environ["KEPT"] = "1"
_rehearsal.in_zygote()
after = left()
print(json.dumps([codes, os.environ["KEPT"], before, after]))
"""


class RehearsalTest(unittest.TestCase):
    def test_plays_to_its_end_and_leaves_no_file_variable_module_or_descriptor(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-s", "-B", "-c", REHEARSE]
            done = subprocess.run(
                command, cwd=folder, env={"PYTHONPATH": f"{PACKAGES}:{SDK}"}, capture_output=True, text=True, timeout=60
            )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        codes, kept, before, after = json.loads(done.stdout)
        self.assertEqual((codes, kept), ([0, 0, 0, 0], "1"))
        files, _, has_flow, descriptor, paths = before
        # `before` holds on to one descriptor itself.
        self.assertEqual(after, [files, ["KEPT"], has_flow, descriptor + 1, paths])


if __name__ == "__main__":
    unittest.main()
