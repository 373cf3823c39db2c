"""The connection to the executor: numbered JSON lines out; acks, answers and replies in.

Lines are buffered and leave in one write when someone flushes or waits, or when 16 KB have gathered. There is no
reader thread: whoever waits reads, and with several threads one of them reads for all. A writer that would block
reads too, so both sides can be full without a deadlock. A dead socket never raises: `dead` tells why, sending
becomes a no-op and waiting returns at once.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from typing import Any

from ._clock import now_ms
from ._json import decode

_FLUSH_AT = 16 * 1024
#: So many memo hits go in one line.
_HITS_AT_ONCE = 500
#: How the executor begins the line that comes most often, in most cases alone.
_ACK = b'{"ack": '
_ACK_CHARS = len(_ACK)


class Connection:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._buffer: list[str] = []
        self._size = 0
        self._hits: list[str] = []  # of the line to come: the members of the first, and what stands in `also`
        self._place = ("", "", "")  # of the last of them
        self._out = bytearray()
        self._partial: list[bytes] = []
        self._reading = False
        self._waiting = 0  # threads for which another one reads
        self._requests = 0
        self._replies: dict[str, dict[str, Any]] = {}
        self.seq = 0
        self.acked = 0
        self.recorded = 0  # seq of the last output
        self.dead = ""
        self.on_resume: Callable[[dict[str, Any]], None] = lambda message: None

    def send(self, event: str, members: str) -> int:
        """Queue one event; `members` is JSON text that starts with a comma. Returns its seq."""
        with self._lock:
            if self._hits:
                self._tell_hits()
            return self._queue(event, members)

    def record(self, members: str) -> None:
        """Queue an output that `settle` waits for."""
        with self._lock:
            self.recorded = self.send("step_output", members)

    def start(self, members: str) -> None:
        """Write the start of a span behind all that is queued; returns when every recorded output is durable."""
        with self._lock:
            if self._hits:
                self._tell_hits()
            self.seq = seq = self.seq + 1
            self._buffer.append(f'{{"event":"span_start","seq":{seq}{members}}}\n')
            self._flush()
            while self.acked < self.recorded and not self.dead:
                self._read()

    def end(self, record: str, members: str) -> None:
        """Write the end of a span behind all that is queued and, when that is to be recorded, its output."""
        with self._lock:
            if self._hits:
                self._tell_hits()
            if record:
                self.recorded = self.seq = seq = self.seq + 1
                self._buffer.append(f'{{"event":"step_output","seq":{seq}{record}}}\n')
            self.seq = seq = self.seq + 1
            self._buffer.append(f'{{"event":"span_end","seq":{seq}{members}}}\n')
            self._flush()

    def hit(self, span_id: str, parent_id: str, name_json: str, kind: str) -> None:
        """Queue the start of a span whose recorded output is used. Hits that follow each other share a line."""
        place = (parent_id, name_json, kind)
        with self._lock:
            hits = self._hits
            if not hits:
                hits.append(
                    f',"span_id":"{span_id}","parent_id":"{parent_id}","name":{name_json},"kind":"{kind}",'
                    f'"at_ms":{now_ms()},"replayed":true'
                )
            elif place == self._place:
                hits.append(f'"{span_id}"')
            else:
                hits.append(f'["{span_id}","{parent_id}",{name_json},"{kind}"]')
            self._place = place
            if len(hits) == _HITS_AT_ONCE:
                self._tell_hits()

    def _tell_hits(self) -> None:
        first, *others = self._hits
        self._hits.clear()
        self._queue("span_start", f'{first},"also":[{",".join(others)}]' if others else first)

    def _queue(self, event: str, members: str) -> int:
        self.seq = seq = self.seq + 1
        line = f'{{"event":"{event}","seq":{seq}{members}}}\n'
        self._buffer.append(line)
        self._size += len(line)
        if self._size > _FLUSH_AT:
            self._flush()
        return seq

    def flush(self) -> None:
        if self._buffer or self._out or self._hits:
            with self._lock:
                if self._hits:
                    self._tell_hits()
                self._flush()

    def wait(self, seq: int) -> None:
        """Returns when everything up to `seq` is durable, or the socket is dead."""
        with self._lock:
            if self._hits:
                self._tell_hits()
            self._flush()
            while self.acked < seq and not self.dead:
                self._read()

    def settle(self) -> None:
        """Returns when all that was sent is written and every recorded output is durable, or the socket is dead."""
        if self.acked < self.recorded:
            self.wait(self.recorded)
        elif self._buffer or self._out or self._hits:
            self.flush()

    def request(self, event: str, members: str) -> dict[str, Any]:
        """Send a request and wait for {"result"} or {"error"}; {} when the socket is dead."""
        with self._lock:
            self._requests += 1
            name = f"r{self._requests}"
            self.send(event, f',"id":"{name}"{members}')
            self._flush()
            while name not in self._replies and not self.dead:
                self._read()
            return self._replies.pop(name, {})

    def close(self) -> None:
        self.flush()
        try:
            self._sock.close()
        except OSError as error:  # the flow closed the descriptor itself
            with self._lock:
                self._die(f"the socket to the executor is closed already: {error}")

    def _flush(self) -> None:
        """Write all that is buffered. Reads what comes in meanwhile: the other side may wait for that."""
        if self._buffer:
            lines, self._buffer = self._buffer, []
            self._size = 0
            data = "".join(lines).encode("utf-8", "replace")
            if not self._out and not self.dead:
                try:
                    sent = self._sock.send(data, socket.MSG_DONTWAIT)
                except OSError:  # what is wrong with the socket shows when it is sent once more
                    sent = 0
                if sent == len(data):
                    return
                data = data[sent:]
            self._out += data
        try:
            while self._out and not self.dead:
                try:
                    sent = self._sock.send(self._out, socket.MSG_DONTWAIT)
                    del self._out[:sent]
                except BlockingIOError:
                    self._wait_writable()
        except OSError as error:
            self._die(f"the socket to the executor cannot be written: {error}")
        if self.dead:
            self._out.clear()

    def _wait_writable(self) -> None:
        if self._reading:  # another thread reads; it needs the lock to take in what it has read
            self._await_reader(0.01)
            return
        poll = select.poll()
        poll.register(self._sock, select.POLLIN | select.POLLOUT)
        if any(events & ~select.POLLOUT for _, events in poll.poll()):
            data = self._sock.recv(65536, socket.MSG_DONTWAIT)
            if data:
                self._take(data)
                self._arrived.notify_all()
            else:
                self._die("the executor closed the socket")

    def _die(self, reason: str) -> None:
        if not self.dead:
            self.dead = reason
        self._arrived.notify_all()

    def _read(self) -> None:
        """Take in what comes next, or let another thread do so. The lock is held, but not meanwhile."""
        if self._reading:
            self._await_reader()
            return
        self._reading = True
        self._lock.release()
        data, reason = b"", "the executor closed the socket"
        try:
            data = self._sock.recv(65536)
        except OSError as error:
            reason = f"the socket to the executor cannot be read: {error}"
        finally:
            self._lock.acquire()
            self._reading = False
            if self._waiting:
                self._arrived.notify_all()
        if data:
            self._take(data)
        else:
            self._die(reason)

    def _await_reader(self, seconds: float | None = None) -> None:
        self._waiting += 1
        try:
            self._arrived.wait(seconds)
        finally:
            self._waiting -= 1

    def _take(self, data: bytes) -> None:
        if not self._partial and data.startswith(_ACK) and data.endswith(b"}\n"):
            seq = data[_ACK_CHARS:-2]
            if seq.isdigit():
                self.acked = max(self.acked, int(seq))
                return
        self._partial.append(data)
        if b"\n" not in data:
            return
        *lines, rest = b"".join(self._partial).split(b"\n")
        self._partial = [rest] if rest else []
        for line in lines:
            if line:
                self._on_line(line)

    def _on_line(self, line: bytes) -> None:
        try:
            message = decode(line.decode())
        except ValueError:
            return  # not ours to report: the executor wrote it
        if not isinstance(message, dict):
            return
        if "ack" in message:
            self.acked = max(self.acked, int(message["ack"]))
        elif "resume" in message:
            self.on_resume(message["resume"])
        elif "id" in message:
            self._replies[str(message["id"])] = message


def connect(address: str) -> Connection:
    """Connect to a path, or take over an open descriptor ("fd:3"). Raises OSError."""
    if address.startswith("fd:"):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=int(address[3:]))
    else:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(address)
        except OSError:
            sock.close()
            raise
    sock.setblocking(True)
    return Connection(sock)
