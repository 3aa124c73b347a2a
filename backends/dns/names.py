"""Names of the DNS as people write them and as servers know them (IDNA 2008, RFC 5890-5895)."""

from __future__ import annotations

from backends.error import BackendError, one_line


def to_ascii(name: str) -> str:
    """The absolute name in lower-case ASCII, with the last dot: ``München.de`` is ``xn--mnchen-3ya.de.``.

    ``_service`` and ``*`` labels are allowed. Raises BackendError ``invalid`` for what is no name.
    """
    import dns.exception
    import dns.name

    text = name.strip()
    if not text or any(char.isspace() or not char.isprintable() for char in text):
        raise BackendError("invalid", f"{one_line(name)!r} is no name: it is empty, or has spaces in it")
    try:
        return dns.name.from_text(text, idna_codec=dns.name.IDNA_2008_Practical).canonicalize().to_text()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise BackendError("invalid", f"{one_line(name)!r} is no name: {one_line(str(error))}") from None


def to_unicode(name: str) -> str:
    """The name for people, without the last dot; a label that is no proper IDNA stays as it is."""
    import dns.exception
    import dns.name

    parsed = dns.name.from_text(to_ascii(name))
    labels = []
    for label in parsed.labels[:-1]:
        try:
            labels.append(dns.name.IDNA_2008_Practical.decode(label))
        except (dns.exception.DNSException, UnicodeError):
            labels.append(dns.name.Name([label]).to_text())
    return ".".join(labels) or "."


def ancestors(name: str) -> list[str]:
    """The name and each name above it but the root, nearest first; absolute, in ASCII."""
    import dns.name

    parsed = dns.name.from_text(to_ascii(name))
    return [dns.name.Name(parsed.labels[start:]).to_text() for start in range(len(parsed.labels) - 1)]
