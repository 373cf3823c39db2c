"""The package as `pip install ./python` makes it: the SDK alone, typed, with the pytest plugin, and its public names."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest
from fake_executor import PYTHON_FOLDER

import hero_tracing
import hero_tracing.testing


@pytest.mark.parametrize("module", [hero_tracing, hero_tracing.testing])
def test_public_names(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert sorted(names, key=lambda name: (not name.isupper(), name)) == names
    assert all(hasattr(module, name) for name in names)
    assert not any(name.startswith("_") for name in names)


def test_the_package_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import hero_tracing.testing; print('hero_tracing.testing._plugin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PYTHON_FOLDER, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_the_wheel(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("setuptools", minversion="70.1")
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".cache", "__pycache__", "tests", "build", "*.egg-info")
    shutil.copytree(PYTHON_FOLDER, source, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
        (metadata,) = [archive.read(name).decode() for name in files if name.endswith("METADATA")]
    assert {name.split("/")[0] for name in files if "dist-info" not in name} == {"hero_tracing"}
    assert {"hero_tracing/py.typed", "hero_tracing/testing/_plugin.py"} <= files
    sources = {str(path.relative_to(PYTHON_FOLDER)) for path in (PYTHON_FOLDER / "hero_tracing").rglob("*.py")}
    assert {name for name in files if name.endswith(".py")} == sources
    assert "Requires-Python: >=3.10" in metadata and "Requires-Dist" not in metadata

    installed = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(installed), str(wheel)], check=True)
    project = tmp_path / "project"
    project.mkdir()
    (project / "my_flow.py").write_text("from hero_tracing import flow\n@flow\ndef main(): return flow.pause('q')\n")
    (project / "test_it.py").write_text(
        "def test(flow_runner):\n    assert flow_runner('my_flow.py', answers={'q': 1}).output == 1\n"
    )
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    env = {"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    tested = subprocess.run(run, cwd=project, env=env, capture_output=True, text=True)
    assert "1 passed" in tested.stdout, tested.stdout + tested.stderr
