"""The way out of a play whose network is ``hosts``: connections to the executor's proxy, and to nothing else.

The play may not make a socket that reaches anything. Its filter stops it at ``socket`` (TCP over IPv4 or IPv6) and tells
the zygote, which connects to the proxy itself, writes the token of the play in front, and puts the connection into the
play as the socket that it asked for. ``connect`` then pretends to succeed, whatever the address: the other end is the
proxy already. So no address is ever read from the memory of a play, and there is none that it could change.
"""

import array
import errno
import fcntl
import os
import socket
import struct
from dataclasses import dataclass
from typing import Final

_NOTIF_BYTES, _RECV, _SEND, _ADD_FD = 80, 0xC0502100, 0xC0182101, 0x40182103
_RESPONSE: Final = "=QqiI"
_ADDITION: Final = "=QIIII"
_FIRST_ARGUMENT: Final = 32
_CONNECT_WITHIN_S: Final = 1.0
#: Where the child keeps its end until the listener is handed over.
HAND_OVER_FD: Final = 4


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Where the executor's proxy listens, and by which token it knows the play."""

    port: int
    token: str


def hand_over(listener: int) -> None:
    """In the child, once the filter is on: gives the zygote its end of the filter."""
    with socket.socket(fileno=HAND_OVER_FD) as way:
        way.sendmsg([b"l"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener]))])
    os.close(listener)


def take_over(way: socket.socket) -> int | None:
    """In the zygote: the listener of a child; None when the child has died before."""
    try:
        _, ancillary, _, _ = way.recvmsg(1, socket.CMSG_SPACE(4))
    except OSError:
        return None
    return struct.unpack("=i", ancillary[0][2])[0] if ancillary else None


def serve(listener: int, proxy: Proxy) -> None:
    """Answers one ``socket`` of the play. Its death in between is no error."""
    asked = bytearray(_NOTIF_BYTES)
    try:
        fcntl.ioctl(listener, _RECV, asked)
    except OSError:
        return
    (identity,) = struct.unpack_from("=Q", asked)
    kind = struct.unpack_from("=6Q", asked, _FIRST_ARGUMENT)[1]
    try:
        with _connected(proxy) as connection:
            connection.setblocking(not kind & socket.SOCK_NONBLOCK)
            flags = os.O_CLOEXEC if kind & socket.SOCK_CLOEXEC else 0
            addition = bytearray(struct.pack(_ADDITION, identity, 0, connection.fileno(), 0, flags))
            number, code = fcntl.ioctl(listener, _ADD_FD, addition), 0
    except OSError as error:
        number, code = 0, -(error.errno or errno.ECONNREFUSED)
    try:
        fcntl.ioctl(listener, _SEND, bytearray(struct.pack(_RESPONSE, identity, number, code, 0)))
    except OSError:
        pass


def _connected(proxy: Proxy) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", proxy.port), _CONNECT_WITHIN_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(proxy.token.encode() + b"\n")
    return connection
