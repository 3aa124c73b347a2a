"""Names of domains as people read them."""

from __future__ import annotations


def for_people(name: str) -> str:
    """The name in its own script (IDNA 2008); a label that is no proper IDNA stays as it is."""
    return ".".join(_label(each) for each in name.rstrip(".").split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    import idna

    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label
