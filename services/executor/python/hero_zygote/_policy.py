"""What a play may read besides its work folder: interpreter, SDK, shared libraries, time zones, certificates."""

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from typing import Final

import hero_tracing

from . import _landlock

_SHARED: Final = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo")
# Beside the certificates lie private keys, which a play that keeps the executor's user could read.
_CERTIFICATES: Final = (
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
)
_INSTALLED: Final = frozenset(site.getsitepackages())
_SHARED_FILES: Final = ("/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/ld.so.cache")
_DEVICES: Final = ("/dev/urandom", "/dev/random", "/dev/zero")
_NETWORK: Final = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
)


def interpreter_folders() -> list[str]:
    """The standard library, installed packages, and the libraries of an interpreter that lives outside /usr."""
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    beside_the_sdk = os.path.dirname(sdk_folder())
    folders += [entry for entry in sys.path if os.path.isdir(entry) and os.path.abspath(entry) != beside_the_sdk]
    folders += [os.path.join(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix) if prefix != "/usr"]
    return folders


def sdk_folder() -> str:
    return os.path.dirname(os.path.abspath(hero_tracing.__file__))


def readable_paths(network: str, packages: str = "") -> list[str]:
    """What plays of a network policy may read. ``packages`` is the folder of those that they asked for; "" = none."""
    paths = [*_SHARED, *_SHARED_FILES, *_CERTIFICATES, *_DEVICES, *interpreter_folders(), sdk_folder()]
    paths += [packages] if packages else []
    paths += _NETWORK if network == "any" else []
    return list(dict.fromkeys(paths))


def outermost(paths: Iterable[str]) -> list[str]:
    """The same files in as few places as possible: without links, and without what lies below another one."""
    real = {os.path.realpath(path) for path in paths if os.path.exists(path)}
    return sorted(path for path in real if not any(is_below(path, other) for other in real - {path}))


def is_below(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip("/") + "/")


def open_rules(network: str, packages: str = "") -> list[tuple[int, int]]:
    """Landlock rules with descriptors opened once, in the zygote, for all plays of a network policy."""
    rules = [_landlock.open_rule(path, _landlock.READ) for path in outermost(readable_paths(network, packages))]
    rules.append(_landlock.open_rule("/dev/null", _landlock.READ_FILE | _landlock.WRITE_FILE))
    return [rule for rule in rules if rule is not None]


def forget_zygote(packages: str = "") -> None:
    """Makes the process look like ``python3 flow.py``: no zygote on the path, the packages of the play, a plain argv."""
    own_folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != own_folder]
    if packages:
        # Behind the standard library and the SDK, whose names are theirs, and before what the machine has installed: what was asked for
        # by its version counts.
        installed = [place for place, entry in enumerate(sys.path) if entry in _INSTALLED]
        sys.path.insert(installed[0] if installed else len(sys.path), packages)
    sys.argv[:] = ["flow.py"]
