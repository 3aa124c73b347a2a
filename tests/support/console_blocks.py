"""The commands that a page of the documentation tells its reader to type."""

from __future__ import annotations

import re
from pathlib import Path


def console_blocks(page: Path) -> list[list[str]]:
    """The commands of each console block, without what stands behind a ``#``."""
    found = re.findall(r"^ *```console\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [re.findall(r"^ *\$ (.*?)(?: +#.*)?$", block, re.MULTILINE) for block in found]
