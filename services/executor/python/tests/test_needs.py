"""What an ordinary flow needs works in a play just as outside: modules, files, threads, event loops, time zones."""

import re
import socket
import textwrap
import unittest
from collections.abc import Callable

from .zygote_client import ZygoteClient, running_zygote

UID = 250_200

NEEDS = {
    "import any module of the standard library": """
        import importlib, sys, warnings
        warnings.simplefilter("ignore")
        # Those that need a display or another system, print or open a browser when imported, or are this test's own.
        skipped = {"antigravity", "this", "idlelib", "turtle", "turtledemo", "tkinter", "test", "lib2to3"}
        failed = []
        for name in sorted(sys.stdlib_module_names):
            if name.startswith("_") or name in skipped:
                continue
            try:
                importlib.import_module(name)
            except ModuleNotFoundError:
                pass  # built without it, or of another system
            except Exception as error:
                failed.append((name, repr(error)))
        assert not failed, failed
    """,
    "read and write files in the own folder": """
        import os, pathlib, shutil
        pathlib.Path("a/b").mkdir(parents=True)
        pathlib.Path("a/b/file").write_text("text")
        shutil.copy2("a/b/file", "copy")
        shutil.copytree("a", "tree")
        pathlib.Path("touched").touch()
        pathlib.Path("touched").touch()
        os.remove("touched")
        os.rename("a/b/file", "a/moved")
        os.symlink("moved", "a/link")
        assert pathlib.Path("a/link").resolve().read_text() == "text"
        assert pathlib.Path(os.path.abspath("copy")).read_text() == "text"
        shutil.rmtree("tree")
        assert sorted({*os.listdir()} - {".output"}) == ["a", "copy", "flow.py"]
    """,
    "use temporary files": """
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"x")
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
    """,
    "use SQLite": """
        import sqlite3
        for place in (":memory:", "data.db"):
            with sqlite3.connect(place) as database:
                database.execute("pragma journal_mode = wal")
                database.execute("create table t (n)")
                database.executemany("insert into t values (?)", [(n,) for n in range(100)])
                assert database.execute("select sum(n) from t").fetchone() == (4950,)
    """,
    "use archives": """
        import gzip, lzma, shutil, tarfile, zipfile
        with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("name", "text")
        shutil.unpack_archive("a.zip", "out")
        with tarfile.open("a.tar.gz", "w:gz") as archive:
            archive.add("out")
        assert lzma.decompress(lzma.compress(b"x")) == gzip.decompress(gzip.compress(b"x"))
    """,
    "use threads": """
        from concurrent.futures import ThreadPoolExecutor
        import threading
        with ThreadPoolExecutor(32) as pool:
            barrier = threading.Barrier(32)
            assert list(pool.map(lambda n: (barrier.wait(), n)[1], range(32))) == list(range(32))
    """,
    "use an event loop": """
        import asyncio
        async def main():
            async def slow(n):
                await asyncio.sleep(0.01)
                return n
            assert await asyncio.gather(*(slow(n) for n in range(10))) == list(range(10))
            assert await asyncio.to_thread(sum, [1, 2]) == 3
            try:
                await asyncio.wait_for(slow(0), 0.001)
            except asyncio.TimeoutError:
                return
            raise AssertionError
        asyncio.run(main())
    """,
    "use signals and timers of its own": """
        import signal, time
        fired = []
        signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        time.sleep(0.05)
        assert fired
        signal.signal(signal.SIGUSR1, lambda *_: fired.append(2))
        signal.raise_signal(signal.SIGUSR1)
        assert 2 in fired
    """,
    "parse and write documents": """
        import configparser, csv, email.message, html.parser, plistlib, xml.dom.minidom
        import xml.etree.ElementTree as tree
        assert xml.dom.minidom.parseString("<a>x</a>").documentElement.tagName == "a"
        assert tree.fromstring("<a><b/></a>").find("b") is not None
        email.message.EmailMessage().set_content("text")
    """,
    "know time zones, certificates and types": """
        import datetime, mimetypes, ssl, zoneinfo
        assert datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset().seconds == 7200
        ssl.create_default_context()
        assert mimetypes.guess_type("a.json")[0] == "application/json"
    """,
    "recurse deeply in a thread": """
        import json, threading
        depths = []
        def nest():
            value = []
            for _ in range(900):
                value = [value]
            depths.append(len(json.dumps(value)))
        thread = threading.Thread(target=nest)
        thread.start()
        thread.join()
        assert depths == [1802]
    """,
    "see a subprocess refused as an ordinary error": """
        import os, subprocess
        for attempt in (lambda: subprocess.run(["true"]), lambda: os.system("true"), os.fork):
            try:
                result = attempt()
            except PermissionError:
                continue
            assert attempt() == -1 or result != 0
    """,
    "be collected": """
        import gc
        assert gc.isenabled()
        class Node: pass
        import weakref
        node = Node(); node.self = node
        seen = weakref.ref(node)
        del node
        gc.collect()
        assert seen() is None
    """,
    "read nothing from standard input": """
        import sys
        assert sys.stdin.read() == ""
    """,
    "hold no descriptor but its own": """
        import fcntl
        def is_open(fd):
            try:
                return fcntl.fcntl(fd, fcntl.F_GETFD) >= 0
            except OSError:
                return False
        # 3 is the connection; 4 is flow.py or a buffer that the play opened itself.
        assert [fd for fd in range(5, 256) if is_open(fd)] == []
    """,
}

NETWORK_NEEDS = {
    "resolve and connect": """
        import socket
        socket.getaddrinfo("localhost", PORT)
        with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection:
            connection.sendall(b"x")
        with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            datagrams.sendto(b"x", ("127.0.0.1", PORT))
    """,
    "connect in an event loop": """
        import asyncio
        async def main():
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.close()
        asyncio.run(main())
    """,
    "still reach no Unix socket, serve nobody, and ask no kernel": """
        import socket
        def refused(attempt):
            try:
                attempt()
            except (PermissionError, FileNotFoundError):
                return True
        assert refused(lambda: socket.socket(socket.AF_UNIX))
        assert refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
        assert refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
        assert refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
        assert refused(lambda: socket.socket().bind(("127.0.0.1", 0)))
        assert refused(lambda: socket.socket().listen())
        assert refused(lambda: open("/etc/passwd"))
    """,
}


class NeedTests(unittest.TestCase):
    zygote: ZygoteClient

    @classmethod
    def setUpClass(cls) -> None:
        cls.zygote = cls.enterClassContext(running_zygote()) if hasattr(cls, "enterClassContext") else _enter(cls)

    def check(self, source: str, network: str) -> None:
        uids = [None, UID] if self.zygote.ready["layers"]["uid"] else [None]
        for uid in uids:
            with self.subTest(uid=uid):
                end = self.zygote.run(source, uid=uid, network=network, limits={"memory_mb": 512})
                self.assertEqual((end.code, end.signal), (0, None), end.output)

    def test_plays_are_told_apart_by_chance(self) -> None:
        source = "import random, uuid, os\nsend([random.random(), str(uuid.uuid4()), os.urandom(8).hex()])"
        first, second = (self.zygote.run(source).lines[0] for _ in range(2))
        for one, other in zip(first, second):
            self.assertNotEqual(one, other)


def _enter(cls: type[unittest.TestCase]) -> ZygoteClient:
    """``enterClassContext`` for Python 3.10."""
    context = running_zygote()
    zygote = context.__enter__()
    cls.addClassCleanup(context.__exit__, None, None, None)
    return zygote


def _test_of(name: str, body: str, network: str) -> Callable[[NeedTests], None]:
    def test(self: NeedTests) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            self.check(f"PORT = {port}\n{textwrap.dedent(body)}", network)

    test.__doc__ = name
    return test


for _needs, _network in ((NEEDS, "none"), (NETWORK_NEEDS, "any")):
    for _name, _body in _needs.items():
        setattr(NeedTests, "test_" + re.sub(r"\W+", "_", _name), _test_of(_name, _body, _network))


if __name__ == "__main__":
    unittest.main()
