"""What all sections of the file share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from config.kinds import Text

DAY_SECONDS = 86400
NAME_PATTERN = r"[a-z0-9_]{1,64}"
NAME_IN_WORDS = "a name of 1 to 64 of a-z, 0-9 and _"
NAME = Text(NAME_IN_WORDS, NAME_PATTERN)

Names = tuple[str, ...]


class Section(BaseModel):
    """A table of the file. Frozen; its annotations say what each value may be."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
