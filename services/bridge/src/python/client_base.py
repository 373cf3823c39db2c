"""Client of hero-logic over JSON-RPC 2.0. Standard library only.

    from hero_logic_client import HeroLogicClient

    client = HeroLogicClient()
    play = client.play_start(workflow_name="greet", input_data={"name": "Ada"}, wait_ms=10_000)

One method per call, taking keyword arguments; what is left out (or None) is not sent. Where a JSON document is asked for (input_data and
the like), a string is taken as JSON text and any other value as itself. Documents in replies are JSON text. Times are milliseconds since
the epoch. A refused call raises HeroLogicError; a server that cannot be reached raises OSError. A client may be shared by threads.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import urllib.parse
from typing import Any

__all__ = ["HeroLogicClient", "HeroLogicError"]


class HeroLogicError(Exception):
    """A refused call.

    code: JSON-RPC code, for example -32602. reason: one word of a closed list, for example "INVALID_ARGUMENT".
    violations: what is wrong with which parameter, [{"field", "description"}]. metadata: ids that belong to the reason.
    """

    def __init__(
        self,
        code: int,
        message: str,
        reason: str = "",
        violations: list[dict[str, str]] | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{reason or code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.violations = violations or []
        self.metadata = metadata or {}


def default_socket_path() -> str:
    """PATH_SOCKET (else PATH_ROOT/var/sockets, else ~/hero/var/sockets), then hero_logic/rpc.sock."""
    root = os.environ.get("PATH_ROOT") or os.path.join(os.path.expanduser("~"), "hero")
    sockets = os.environ.get("PATH_SOCKET") or os.path.join(root, "var", "sockets")
    return os.path.join(os.path.abspath(sockets), "hero_logic", "rpc.sock")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(self._path)
        except OSError as error:
            self.sock.close()
            raise type(error)(error.errno, f"{error.strerror or error} ({self._path})") from error


class HeroLogicClient:
    """Calls over the Unix socket of the local run, or over HTTP when `url` ("http://127.0.0.1:9820") is given.

    timeout: seconds to wait for a reply; None (the default) waits as long as it takes.
    """

    def __init__(
        self, socket_path: str | None = None, *, url: str | None = None, timeout: float | None = None
    ) -> None:
        self._socket_path = socket_path or default_socket_path()
        self._url = urllib.parse.urlsplit(url) if url else None
        self._timeout = timeout
        self._ids = itertools.count(1)

    def call(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """Makes any call by its name; the methods below do so with names and types."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": given}
        body = json.dumps(request, allow_nan=False).encode()
        status, text = self._post(body)
        try:
            reply = json.loads(text)
        except ValueError:
            reply = None
        if not isinstance(reply, dict) or not ("result" in reply or isinstance(reply.get("error"), dict)):
            preview = text[:200].decode("utf-8", "replace")
            raise HeroLogicError(-32603, f"no JSON-RPC reply but HTTP status {status}: {preview}", "INTERNAL")
        if "result" in reply:
            return reply["result"]
        error = reply["error"]
        data = error.get("data") or {}
        raise HeroLogicError(
            error.get("code", -32603),
            error.get("message", ""),
            data.get("reason", ""),
            data.get("violations"),
            data.get("metadata"),
        )

    def _post(self, body: bytes) -> tuple[int, bytes]:
        connection, path = self._connection()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", "Connection": "close"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        if self._url is None:
            return _UnixConnection(self._socket_path, self._timeout), "/rpc"
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        path = self._url.path.rstrip("/") + "/rpc"
        return kind(self._url.hostname or "localhost", self._url.port, timeout=self._timeout), path
