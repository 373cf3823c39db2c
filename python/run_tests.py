#!/usr/bin/env python3
"""Run the tests of the SDK and of the seed flows, and the type check, on every Python >= 3.10 of this machine.

Interpreters are looked for on PATH and in pyenv, one per minor version. Each gets an environment with pytest and mypy in
`.cache` (made once; delete the folder to renew it). What cannot run is named with the reason. The last line gives the sums.

    python3 run_tests.py [arguments for pytest]
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
CACHE = FOLDER / ".cache"
OLDEST = (3, 10)
TOOLS = ["pytest>=8", "mypy>=1.11", "setuptools>=70.1", "jsonschema>=4"]
SEED_FLOWS = FOLDER.parent / "seed-flows"


def interpreters() -> dict[tuple[int, int], str]:
    """The newest patch release of each minor version: {(3, 12): path}."""
    folders = [pathlib.Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv")
    folders += sorted(pyenv.glob("versions/*/bin"))
    names = re.compile(r"python3(\.\d+)?$")
    found: dict[tuple[int, int], tuple[tuple[int, ...], str]] = {}
    for path in [pathlib.Path(sys.executable), *(p for f in folders if f.is_dir() for p in sorted(f.iterdir()))]:
        if path.name != pathlib.Path(sys.executable).name and not names.match(path.name):
            continue
        version = version_of(path)
        if version and version[:2] >= OLDEST and version > found.get(version[:2], ((), ""))[0]:
            found[version[:2]] = (version, str(path))
    return {minor: path for minor, (_, path) in sorted(found.items())}


def version_of(path: pathlib.Path) -> tuple[int, ...] | None:
    code = "import sys; print(*sys.version_info[:3])"
    try:
        done = subprocess.run([str(path), "-c", code], capture_output=True, text=True, timeout=20)
        return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def environment(minor: tuple[int, int], python: str) -> str:
    """The Python of the cached environment. Raises RuntimeError saying why there is none."""
    stamp = hashlib.sha1(repr((python, TOOLS)).encode()).hexdigest()[:8]
    folder = CACHE / f"{minor[0]}.{minor[1]}-{stamp}"
    inside = folder / "bin" / "python"
    if (folder / "complete").exists():
        return str(inside)
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *TOOLS]
    for command in ([python, "-m", "venv", str(folder)], pip):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise RuntimeError(f"{'pip' if command is pip else 'venv'} failed: {' '.join(last)}")
    (folder / "complete").touch()
    return str(inside)


def counts(report: str) -> dict[str, int]:
    last = next((line for line in reversed(report.splitlines()) if re.search(r" in [\d.]+s", line)), "")
    found = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", last)}
    return {
        "passed": found.get("passed", 0),
        "failed": found.get("failed", 0) + found.get("error", 0),
        "skipped": found.get("skipped", 0),
    }


def run_pytest(python: str, arguments: list[str]) -> tuple[dict[str, int], str]:
    """The counts of one run of pytest, and its report when something failed, else what it skipped."""
    options = ["-c", "pyproject.toml", "-o", "addopts=", "-q", "-p", "no:cacheprovider", "-rfEs"]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-m", "pytest", *options, *arguments]
    tests = subprocess.run(command, cwd=FOLDER, env=env, capture_output=True, text=True)
    found = counts(tests.stdout)
    if tests.returncode != 0:
        found["failed"] = found["failed"] or 1
        return found, tests.stdout + tests.stderr
    return found, "".join(f"{line}\n" for line in tests.stdout.splitlines() if line.startswith("SKIPPED"))


def run_one(minor: tuple[int, int], python: str, arguments: list[str]) -> tuple[dict[str, int], str]:
    """Everything of one interpreter: the counts, and what there is to say."""
    name = f"Python {minor[0]}.{minor[1]}"
    try:
        inside = environment(minor, python)
    except RuntimeError as error:
        return {"passed": 0, "failed": 0, "skipped": 1}, f"{name}: skipped, {error}\n"
    found, report = run_pytest(inside, arguments)
    if not arguments:
        of_seeds, more = run_pytest(
            inside, ["-p", "hero_tracing.testing._plugin", "--import-mode=importlib", str(SEED_FLOWS)]
        )
        found = {key: found[key] + of_seeds[key] for key in found}
        report += more
    cache = f"--cache-dir={CACHE / 'mypy'}"
    types = subprocess.run([inside, "-m", "mypy", "--strict", cache], cwd=FOLDER, capture_output=True, text=True)
    found["failed" if types.returncode else "passed"] += 1
    report += f"{name}: {found['passed']} passed, {found['failed']} failed, {found['skipped']} skipped\n"
    return found, f"{report}{name}: types: {(types.stdout + types.stderr).strip()}\n"


def main(arguments: list[str]) -> int:
    """One interpreter for each core at a time: a run of one keeps a single core busy."""
    total = {"passed": 0, "failed": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        runs = [pool.submit(run_one, minor, python, arguments) for minor, python in interpreters().items()]
        for run in runs:
            found, report = run.result()
            print(report, end="", flush=True)
            total = {key: total[key] + found[key] for key in total}
    if not total["passed"] + total["failed"]:
        print("no Python >= 3.10 could run the tests")
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
