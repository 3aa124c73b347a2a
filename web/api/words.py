"""What parameters and bodies of the API are made of: checked before anything looks at them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, StringConstraints

#: The most characters of the arguments of a run or the fields of an edit, as JSON.
MOST_JSON = 100_000


def plain_json(value: Any) -> Any:
    """A JSON value that can be stored and shown again. Raises ValueError."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ValueError("a text in it is not valid Unicode") from None
    except ValueError:
        raise ValueError("a number in it is not finite") from None
    if size > MOST_JSON:
        raise ValueError(f"it has {size} bytes, more than {MOST_JSON}")
    return value


def _one_line(text: str) -> str:
    plain_json(text)
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("it has control characters or line breaks")
    return text


Json = Annotated[dict[str, Any], AfterValidator(plain_json)]
#: A name, a number of a step, a word to look for.
Word = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Reason = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_one_line)]
Name = Annotated[Word, Path(description="A service's name, alias or title.")]
RunId = Annotated[int, Path(ge=1, le=2**63 - 1, description="A run's number.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many.")]
Instant = Annotated[AwareDatetime, "RFC 3339"]


def epoch(at: datetime | None) -> float | None:
    """UTC epoch seconds."""
    return None if at is None else at.astimezone(UTC).timestamp()
