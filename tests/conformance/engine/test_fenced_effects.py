"""Does a holder that wakes up after its lease lose nobody's work, as docs/learning/fence.md says?

The page's own code is run: with its check, and without it, to see that the check is what helps.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from actors import service_of
from actors.testing import testing_context
from tests.support.engine import Engine

PAGE = Path(__file__).parents[3] / "docs" / "learning" / "fence.md"
CHECK = 'if fence < self.read()["fence"]:'
