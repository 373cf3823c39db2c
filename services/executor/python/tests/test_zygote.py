"""The protocol of docs/wire.md section 7: hello, exit, kill, lower limits; nothing outlives the control stream."""

import os
import resource
import signal
import socket
import time
import unittest

from .zygote_client import ZygoteClient, running_zygote


class ZygoteTests(unittest.TestCase):
    def setUp(self) -> None:
        # Pids of plays are looked up: those of a world of their own mean nothing here.
        context = running_zygote(most="B")
        self.zygote: ZygoteClient = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def test_reports_tier_and_layers(self) -> None:
        ready = self.zygote.ready
        self.assertEqual(set(ready), {"op", "tier", "layers", "missing"})
        layers = ready["layers"]
        boxed = layers["landlock_abi"] and layers["seccomp"] and layers["rlimits"] and layers["capabilities"]
        self.assertEqual(ready["tier"], "B" if boxed else "D")
        self.assertEqual(bool(ready["missing"]), not (boxed and layers["uid"]))

    def test_a_spare_says_hello_and_leaves_in_peace_when_not_needed(self) -> None:
        play = self.zygote.fork()
        self.assertEqual(play.hello, {"event": "hello", "seq": 0, "spare": play.spare})
        play.connection.shutdown(socket.SHUT_RDWR)
        end = play.end()
        self.assertEqual((end.code, end.signal, end.output), (0, None, ""))

    def test_reports_how_a_play_ended(self) -> None:
        self.assertEqual(self.zygote.run("raise SystemExit(75)").code, 75)
        self.assertEqual(self.zygote.run("import os; os._exit(3)").code, 3)
        self.assertEqual(
            self.zygote.run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)").signal, signal.SIGSEGV
        )
        busy = self.zygote.run("import time\nwhile time.process_time() < 0.3: pass")
        self.assertGreater(busy.cpu_ms, 250)

    def test_a_spare_that_a_play_waits_for_runs_it_all_the_same(self) -> None:
        source = "import os, sys; send([sorted(os.listdir()), sys.argv, 'hero_zygote' in str(sys.path)])"
        warm, awaited = self.zygote.run(source), self.zygote.run(source, awaited=True)
        self.assertEqual(awaited.lines, [[[".output", "flow.py"], ["flow.py"], False]])
        self.assertEqual((awaited.lines, awaited.code, awaited.output), (warm.lines, 0, ""))

    def test_the_source_of_the_job_line_is_what_runs_and_what_flow_py_holds(self) -> None:
        source = "import os; send([open('flow.py').read(), sorted(os.listdir()), os.stat('flow.py').st_mode & 0o777])"
        for given in ({}, {"awaited": True}):
            play = self.zygote.fork(**given)
            play.start_with(source)
            end = play.end()
            self.assertEqual(end.lines, [[source, [".output", "flow.py"], 0o644]])
            self.assertEqual((end.code, end.output), (0, ""))

    def test_a_play_has_the_variables_of_its_job_and_no_others_for_python_as_for_c(self) -> None:
        source = """
import ctypes, os
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
def in_c(name):
    return (libc.getenv(name.encode()) or b"").decode()
def all_in_c():
    pointers, at, rows = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ"), 0, []
    while pointers[at] is not None:
        rows.append(pointers[at].decode())
        at += 1
    return sorted(rows)
send([sorted(os.environ), all_in_c() == sorted(f"{k}={v}" for k, v in os.environ.items()), in_c("WORD"), in_c("EMPTY")])
os.environ["WORD"], os.environ["MORE"] = "other", "y" * 5000
del os.environ["EMPTY"]
send([in_c("WORD"), len(in_c("MORE")), "EMPTY" in os.environ, libc.getenv(b"EMPTY") is None, in_c("HOME") != ""])
"""
        play = self.zygote.fork()
        play.start_with(source, env={"WORD": "grün =", "EMPTY": ""})
        names, after = play.end().lines
        self.assertEqual(names, [["EMPTY", "HERO_FLOW_SPAN_SOCK", "HOME", "WORD"], True, "grün =", ""])
        self.assertEqual(after, ["other", 5000, False, True, True])

    def test_a_job_that_cannot_be_read_says_so(self) -> None:
        for env, source in (({"A=B": "x"}, "pass"), ({"A": "x\0y"}, "pass"), ({"": "x"}, "pass"), ({}, 7)):
            play = self.zygote.fork()
            play.start_with(source, env=env)
            end = play.end()
            self.assertEqual(end.code, 76)
            self.assertRegex(end.output, "the job line cannot be read: .*(no environment variable|source is no text)")

    def test_the_filter_is_made_once_for_all_children(self) -> None:
        source = "import sys; send(sys.modules['hero_zygote._seccomp']._prepared.cache_info().misses)"
        first, second = self.zygote.run(source), self.zygote.run(source)
        self.assertLessEqual(first.lines[0], 3)  # one for each kind of network
        self.assertEqual(second.lines, first.lines)

    def test_kills_by_name(self) -> None:
        for name, number in (("TERM", signal.SIGTERM), ("KILL", signal.SIGKILL)):
            play = self.zygote.fork()
            play.start("import time; send(1); time.sleep(60)")
            self.assertEqual(play.read(), 1)
            self.zygote.tell({"op": "kill", "spare": play.spare, "signal": name})
            self.assertEqual(play.end().signal, number)
        self.zygote.tell({"op": "kill", "spare": "unknown", "signal": "KILL"})
        self.assertEqual(self.zygote.run("send(1)").lines, [1])

    def test_a_job_may_come_before_its_files_and_runs_nothing_until_they_are_there(self) -> None:
        source = "import os; send([os.environ.get('NAME'), os.path.exists('steps') and open('steps').read()])"
        with_files, without, left = [self.zygote.fork() for _ in range(3)]
        for play in (with_files, without, left):
            play.start_with(source, go_later=True)
        (with_files.folder / "steps").write_text("recorded")
        with_files.go({"files": True, "env": {"NAME": "steps"}})
        without.go({})
        left.connection.shutdown(socket.SHUT_WR)
        self.assertEqual(with_files.end().lines, [["steps", "recorded"]])
        self.assertEqual(without.end().lines, [[None, False]])
        end = left.end()
        self.assertEqual((end.lines, end.code == 0), ([], False))

    def test_a_spare_that_was_told_that_a_job_is_near_gives_it_what_any_other_gives(self) -> None:
        source = "import os, sys; send([os.listdir('.'), sorted(os.environ), sorted(sys.modules), os.dup(0)])"
        told, other = self.zygote.fork(), self.zygote.fork()
        told.connection.sendall(b'{"near":{}}\n' * 2)
        for play in (told, other):
            play.start_with(source)
        self.assertEqual(told.end().lines, other.end().lines)

    def test_reads_no_byte_after_the_job_line(self) -> None:
        play = self.zygote.fork()
        job = b'{"job": {"env": {"HERO_FLOW_SPAN_SOCK": "fd:3", "PAD": "' + b"x" * 300_000 + b'"}}}\n'
        (play.folder / "flow.py").write_text("send([receive(), receive()])")
        play.connection.sendall(job + b'{"ack": 1}\n{"ack": 2}\n')
        self.assertEqual(play.end().lines, [[{"ack": 1}, {"ack": 2}]])

    def test_a_job_lowers_limits_and_never_raises_them(self) -> None:
        source = "import resource\nsend([resource.getrlimit(k) for k in (resource.RLIMIT_CPU, resource.RLIMIT_DATA)])"
        for asked, expected in (((5, 100), (5, 100)), ((500, 5000), (20, 200))):
            play = self.zygote.fork(limits={"cpu_s": 20, "memory_mb": 200})
            play.start(source, limits={"cpu_s": asked[0], "memory_mb": asked[1]})
            (cpu, data), *_ = play.end().lines
            self.assertEqual(cpu[0], expected[0])
            self.assertEqual(data, [expected[1] << 20] * 2)

    def test_a_job_that_cannot_be_read_is_reported(self) -> None:
        play = self.zygote.fork()
        play.connection.sendall(b"no JSON\n")
        end = play.end()
        self.assertEqual(end.code, 76)
        self.assertIn("job line", end.output)

    def test_a_folder_that_is_not_there_ends_the_child_with_its_reason(self) -> None:
        order: dict[str, object] = {
            "op": "fork",
            "spare": "lost",
            "dir": "/nonexistent",
            "uid": None,
            "limits": {},
            "network": "none",
        }
        self.zygote.tell(order)
        self.assertEqual(self.zygote.wait_exit("lost")["code"], 70)

    def test_signals_to_the_group_leave_zygote_and_spares_to_the_executor(self) -> None:
        spare = self.zygote.fork()
        os.kill(self.zygote.process.pid, signal.SIGINT)
        os.kill(self.zygote.process.pid, signal.SIGTERM)
        spare.start("send(1)")
        self.assertEqual(spare.end().lines, [1])

    def test_everything_ends_with_the_control_stream(self) -> None:
        play, spare = self.zygote.fork(), self.zygote.fork()
        play.start("import time, os; send(os.getpid()); time.sleep(60)")
        pid = play.read()
        self.zygote.control.shutdown(socket.SHUT_RDWR)
        self.zygote.process.wait(5)
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
        for connection in (play.connection, spare.connection):
            connection.settimeout(5)
            self.assertEqual(connection.recv(1), b"")
        self.assertTrue(_is_gone(pid))

    def test_children_die_with_a_killed_zygote(self) -> None:
        for uid in (None, 250_300):
            if uid and not self.zygote.ready["layers"]["uid"]:
                continue
            play = self.zygote.fork(uid=uid)
            play.start("import time, os; send(os.getpid()); time.sleep(60)")
            pid = play.read()
            if uid or not self.zygote.ready["layers"]["uid"]:
                self.zygote.process.kill()
                play.connection.settimeout(5)
                self.assertEqual(play.connection.recv(1), b"")
                self.assertTrue(_is_gone(pid))

    def test_serves_many_without_growing(self) -> None:
        def descriptors() -> int:
            return len(os.listdir(f"/proc/{self.zygote.process.pid}/fd"))

        for _ in range(20):
            self.zygote.run("send(1)")
        before = descriptors(), _resident_kb(self.zygote.process.pid)
        for _ in range(200):
            self.assertEqual(self.zygote.run("send(1)").lines, [1])
        after = descriptors(), _resident_kb(self.zygote.process.pid)
        self.assertEqual(before[0], after[0])
        self.assertLess(after[1] - before[1], 500)


def _resident_kb(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def _is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as stat:
                if ") Z " in stat.read():
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


if __name__ == "__main__":
    unittest.main()
