"""Packages that do what they should not: `python3 make_hostile.py FOLDER MARK PORT VICTIM`.

``built``, ``filling``, ``lying`` and ``failing`` are source distributions whose building is the attack: on the server at
PORT, the process VICTIM, and the file MARK.secret. ``hostile`` is a wheel with files that interpreters run by themselves,
with modules named like others, and with a file that its name puts elsewhere; what of it runs adds its name to MARK.
"""

import io
import sys
import tarfile
import zipfile

PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
METADATA = "Metadata-Version: 2.1\nName: {0}\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def tells(mark: str, who: str) -> str:
    return f"open({mark!r}, 'a').write({who!r} + '\\n')\n"


#: Each is tried while the package is built, and what came of it is the package's ``X``.
ATTACKS = """
import ctypes, json, os, signal, socket, subprocess, sys, time, zipfile

def connect():
    socket.create_connection(("127.0.0.1", PORT), 2).close()

def daemon():
    program = "import time; time.sleep(600)"
    closed = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", program], start_new_session=True, **closed).pid

def users():
    if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "no namespace")

def tried(attack):
    try:
        return attack() or "open"
    except Exception as error:
        return type(error).__name__

def attacks():
    return {
        "connects": tried(connect),
        "reads": tried(lambda: open(SECRET).read() and None),
        "lists": tried(lambda: os.listdir(os.path.dirname(SECRET)) and None),
        "writes": tried(lambda: open(SECRET + ".planted", "w").close()),
        "plants": tried(lambda: open(os.__file__ + ".planted", "w").close() or os.remove(os.__file__ + ".planted")),
        "spies": tried(lambda: open(f"/proc/{VICTIM}/environ").read() and None),
        "signals": tried(lambda: os.kill(VICTIM, signal.SIGCONT)),
        "limits": tried(lambda: __import__("resource").prlimit(VICTIM, 4) and None),
        "users": tried(users),
        "leaks": [name for name in os.environ if "SECRET" in name] or "nothing",
        "daemon": daemon(),
    }

def fill():
    for number in range(12):
        with open(f"filler{number}", "wb") as file:
            file.write(bytes(8 << 20))
    while tried(lambda: open(SECRET).read()) in ("PermissionError", "FileNotFoundError"):
        time.sleep(0.1)  # outside it can be read

def write_wheel(folder, name, module):
    file, info = f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder + "/" + file, "w") as wheel:
        wheel.writestr(name + ".py", module)
        wheel.writestr(info + "/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
        wheel.writestr(info + "/WHEEL", WHEEL)
        wheel.writestr(info + "/RECORD", "")
    return file
"""
BACKENDS = {
    "built": "X = attacks()\n    return write_wheel(folder, 'built', f'X = {X!r}')",
    "filling": "fill()\n    return write_wheel(folder, 'filling', 'X = 1')",
    "lying": "return write_wheel(folder, 'json', 'X = 1')",
    "failing": "print('there is no compiler for this', file=sys.stderr)\n    raise SystemExit(3)",
}


def make_source(folder: str, mark: str, name: str, port: str, victim: str) -> None:
    names = f"PORT, VICTIM, SECRET, WHEEL = {port}, {victim}, {mark + '.secret'!r}, {WHEEL!r}\n"
    backend = f"{names}{ATTACKS}\ndef build_wheel(folder, *_):\n    {BACKENDS[name]}\n"
    files = {"PKG-INFO": METADATA.format(name), "pyproject.toml": PYPROJECT, "backend.py": backend}
    with tarfile.open(f"{folder}/{name}-1.0.tar.gz", "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-1.0/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def make_wheel(folder: str, mark: str, name: str, files: dict[str, str]) -> None:
    info = f"{name}-1.0.dist-info"
    everything = {**files, f"{info}/METADATA": METADATA.format(name), f"{info}/WHEEL": WHEEL}
    with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in everything.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in everything))


def main(folder: str, mark: str, port: str, victim: str) -> None:
    for name in BACKENDS:
        make_source(folder, mark, name, port, victim)
    files = {
        "hostile.py": "X = 1\n",
        "hostile.pth": f"import sys; exec({tells(mark, 'pth')!r})\n",
        "sitecustomize.py": tells(mark, "sitecustomize"),
        "json/__init__.py": tells(mark, "json"),
        "hero_tracing/__init__.py": tells(mark, "hero_tracing"),
        "hero_zygote/__init__.py": tells(mark, "hero_zygote"),
    }
    make_wheel(folder, mark, "hostile", files)
    make_wheel(folder, mark, "elsewhere", {"../../../escaped.py": "X = 1\n"})


if __name__ == "__main__":
    main(*sys.argv[1:])
