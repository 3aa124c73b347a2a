"""What an object is known by for good: its objectGUID stays when it is renamed or moved (MS-DTYP 2.3.4)."""

from __future__ import annotations

from uuid import UUID


def from_bytes(value: bytes) -> UUID:
    """The 16 bytes of an attribute; the first three fields have their low byte first. Raises ValueError."""
    if len(value) != 16:
        raise ValueError(f"expected the 16 bytes of a GUID, got {len(value)}")
    return UUID(bytes_le=value)


def to_bytes(guid: UUID) -> bytes:
    """As a filter or an attribute has it."""
    return guid.bytes_le


def parse(text: str) -> UUID:
    """``{3F2504E0-4F89-…}`` or without braces, in any case. Raises ValueError."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise ValueError(f"{text[:80]!r} is no GUID: expected 32 hexadecimal digits") from None


def as_base(guid: UUID) -> str:
    """How a request names the object whatever its distinguished name is (MS-ADTS 3.1.1.3.1.2.4)."""
    return f"<GUID={guid}>"


def sid_text(value: bytes) -> str:
    """The bytes of an objectSid as ``S-1-5-21-…`` (MS-DTYP 2.4.2). Raises ValueError."""
    if len(value) < 8 or len(value) != 8 + 4 * value[1]:
        raise ValueError(f"expected the bytes of a SID, got {len(value)} of them")
    parts = (int.from_bytes(value[place : place + 4], "little") for place in range(8, len(value), 4))
    return "-".join(["S", str(value[0]), str(int.from_bytes(value[2:8], "big")), *map(str, parts)])
