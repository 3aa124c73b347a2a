"""Attributes of objects that may be copied: none that is a secret, none whose values are no text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: Names of secrets, in small letters: passwords, their history, keys (MS-ADTS 3.1.1.4.4), and what holds
#: passwords of machines. What only counts or times them is no secret.
_SECRET = re.compile(
    r".*(pwd|password|supplementalcredentials|admpwd|laps|keycredential|secret|privatekey|pkt|authinfo"
    r"|keymaterial|recoveryinformation).*"
)
_NO_SECRET = frozenset(
    ("pwdlastset", "badpwdcount", "badpasswordtime", "msds-userpasswordexpirytimecomputed", "pwdproperties")
)
#: Bytes even where they happen to be readable.
_BINARY = frozenset(
    (
        *("objectguid", "objectsid", "sidhistory", "ntsecuritydescriptor", "logonhours", "usercertificate"),
        *("thumbnailphoto", "jpegphoto", "photo", "usersmimecertificate", "replpropertymetadata"),
        *("msexchmailboxguid", "msexcharchiveguid", "msexchmailboxsecuritydescriptor", "dsasignature"),
        *("ms-ds-consistencyguid", "mds-generationid", "userparameters", "auditingpolicy"),
    )
)
#: Values of one attribute, and characters of one value, that are kept.
MOST, LONGEST = 200, 2_000


def is_secret(name: str) -> bool:
    """True for what is never read, copied or shown."""
    plain = name.lower()
    return plain not in _NO_SECRET and bool(_SECRET.fullmatch(plain))


def wanted(names: Sequence[str]) -> list[str]:
    """Those that an operator may ask for, as given. Raises ValueError for a secret or binary one."""
    for name in names:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
            raise ValueError(f"{name[:80]!r} is no name of an attribute")
        if is_secret(name):
            raise ValueError(f"{name} is a secret: it is never copied")
        if name.lower() in _BINARY:
            raise ValueError(f"{name} is no text: it is not copied")
    return list(names)


def copied(values: Mapping[str, Sequence[bytes]]) -> dict[str, str | list[str]]:
    """What may be kept of an object: name -> its text, or several in order. Half a value is none."""
    found: dict[str, str | list[str]] = {}
    for name, given in sorted(values.items()):
        if not given or name.lower() in _BINARY or is_secret(name):
            continue
        texts = [_text(each) for each in given]
        if None in texts:
            continue
        kept = sorted(each[:LONGEST] for each in texts if each is not None)[:MOST]
        found[name] = kept[0] if len(kept) == 1 else kept
    return found


def _text(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else None
