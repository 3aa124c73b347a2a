"""Fonts of this machine that a printed text needs, so that a name in any script is printed.

They come with the system: DejaVu first, then Noto's for each script, GNU Unifont for what is left
(Debian: fonts-dejavu-core, fonts-noto-core, fonts-unifont). Only the glyphs in use go into a file.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

#: Where systems keep fonts.
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
#: File names in the order of choice; of several that one pattern finds, by name.
PATTERNS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSans[A-Z]*-Regular.ttf",
    "DroidSansFallback*.ttf",
    "unifont.otf",
    "unifont_upper.otf",
)


class NoFont(Exception):
    """This machine has none of these fonts; the text says what to install."""


def needed(text: set[str], folders: Sequence[Path] = FOLDERS) -> list[Path]:
    """The fonts for these characters, the one of most texts first; the last resort has no glyph for a few.

    Raises NoFont.
    """
    found = _found(tuple(folders))
    if not found:
        raise NoFont("no font to print with: install the Debian packages fonts-dejavu-core and fonts-unifont")
    left = {ord(char) for char in text if not char.isspace()}
    chosen = [found[0]]
    left -= _covered(found[0])
    for each in found[1:]:
        if not left:
            break
        if not left.isdisjoint(_covered(each)):
            chosen.append(each)
            left -= _covered(each)
    return chosen


@lru_cache(maxsize=8)
def _found(folders: tuple[Path, ...]) -> list[Path]:
    there = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*.[ot]tf"))]
    ordered = [path for pattern in PATTERNS for path in there if path.match(pattern)]
    return list({path.name: path for path in reversed(ordered)}.values())[::-1]


@lru_cache(maxsize=512)
def _covered(path: Path) -> frozenset[int]:
    """The characters that a font has; none for a file that is no font."""
    from fontTools.ttLib import TTFont, TTLibError

    # It warns of the odd dates that some fonts have.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError):
        return frozenset()
