"""What one look at a server found."""

from __future__ import annotations

from dataclasses import dataclass

from backends.error import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok`: as it should be; `text`: one plain line; `value` in `unit` where something was measured.

    `took`: seconds. `kind`: why the server could not be asked, None where it answered.
    """

    ok: bool
    text: str
    value: float | None = None
    unit: str = ""
    took: float = 0.0
    kind: Kind | None = None
