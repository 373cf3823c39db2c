"""Makes a small wheel: `python3 make_wheel.py FOLDER NAME VERSION SOURCE [REQUIREMENT...]`. Its one module is SOURCE."""

import base64
import hashlib
import sys
import zipfile


def main(folder: str, name: str, version: str, source: str, *requirements: str) -> None:
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": source,
        f"{name}.pth": f"import sys; sys.{name}_pth_ran = True\n",
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {one}\n" for one in requirements),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(text.encode())}")
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))


if __name__ == "__main__":
    main(*sys.argv[1:])
