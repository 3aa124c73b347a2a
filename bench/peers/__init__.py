"""The products that somebody would take instead, doing the same work on the same servers."""

from __future__ import annotations

from pathlib import Path

#: The peers' own programs: each runs in a virtual environment of its own and imports nothing of ours.
PROGRAMS = Path(__file__).parent / "programs"
REQUIREMENTS = Path(__file__).parent / "requirements"
