"""The files that the executor has staged for a play, where the play cannot open them in their place."""

import builtins
import io
import os
from typing import Any, Final

#: Descriptor of the folder in which files were staged.
FD: Final = 5
_CHUNK: Final = 1 << 20


def bring(folder: int, without: str) -> None:
    """Copies them from that folder into the current one."""
    for name in os.listdir(folder):
        if name == without:
            continue
        source = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            while os.sendfile(target, source, None, _CHUNK):
                pass
        finally:
            os.close(source)
            os.close(target)


def hold_in_memory(without: str) -> None:
    """Reads those of the current folder; from now on ``open`` gives them by name, although no file can be opened."""
    files: dict[str, bytes] = {}
    for name in os.listdir("."):
        if name != without:
            with open(name, "rb") as file:
                files[name] = file.read()
    really_open = builtins.open

    def open_held(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        held = files.get(os.fspath(file)) if isinstance(file, (str, os.PathLike)) else None
        if held is None or "r" not in mode:
            return really_open(file, mode, *args, **options)
        content = io.BytesIO(held)
        return content if "b" in mode else io.TextIOWrapper(content, encoding=options.get("encoding") or "utf-8")

    builtins.open = open_held
