"""Prints which tier the boot probe of the sandbox finds here, and what is missing. Run in the machine."""

import os
import tempfile

from hero_zygote._probe import probe

with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o711)
    found = probe(folder)
print(f"tier {found.tier}, Landlock ABI {found.layers.landlock_abi}, missing: {'; '.join(found.missing) or 'nothing'}")
