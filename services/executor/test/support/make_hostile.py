"""Packages that try to run, or to be somewhere, where they should not: `python3 make_hostile.py FOLDER MARK`.

Whatever of them runs adds its name to the file MARK. ``built`` is a source distribution whose building is the attack;
``hostile`` a wheel with files that interpreters run by themselves, with modules named like others, and with a file that
its name puts elsewhere.
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


def make_built(folder: str, mark: str) -> None:
    backend = tells(mark, "build") + (
        "import zipfile\n"
        "def build_wheel(folder, *_):\n"
        "    name = 'built-1.0-py3-none-any.whl'\n"
        "    with zipfile.ZipFile(folder + '/' + name, 'w') as wheel:\n"
        f"        wheel.writestr('built-1.0.dist-info/METADATA', {METADATA.format('built')!r})\n"
        f"        wheel.writestr('built-1.0.dist-info/WHEEL', {WHEEL!r})\n"
        "        wheel.writestr('built-1.0.dist-info/RECORD', '')\n"
        "    return name\n"
    )
    files = {"PKG-INFO": METADATA.format("built"), "pyproject.toml": PYPROJECT, "backend.py": backend}
    with tarfile.open(f"{folder}/built-1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"built-1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))


def make_wheel(folder: str, mark: str, name: str, files: dict[str, str]) -> None:
    info = f"{name}-1.0.dist-info"
    everything = {**files, f"{info}/METADATA": METADATA.format(name), f"{info}/WHEEL": WHEEL}
    with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in everything.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in everything))


def main(folder: str, mark: str) -> None:
    make_built(folder, mark)
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
