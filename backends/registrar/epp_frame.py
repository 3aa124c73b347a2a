"""EPP frames as XML (RFC 5730): ours are built from elements, theirs are read without any trick of XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat

from backends.error import BackendError, Kind, one_line

EPP = "urn:ietf:params:xml:ns:epp-1.0"
DOMAIN = "urn:ietf:params:xml:ns:domain-1.0"
CONTACT = "urn:ietf:params:xml:ns:contact-1.0"
HOST = "urn:ietf:params:xml:ns:host-1.0"
#: Elements within each other; no frame of the RFCs has ten.
_DEEPEST = 40
#: RFC 5730 §3. What is not named goes by its first two digits below.
_CODES: dict[int, Kind] = {
    2104: "denied",
    2105: "denied",
    2106: "denied",
    2200: "auth",
    2201: "denied",
    2202: "denied",
    2300: "conflict",
    2301: "conflict",
    2302: "conflict",
    2303: "missing",
    2304: "denied",
    2305: "conflict",
    2306: "conflict",
    2308: "denied",
    2400: "unreachable",
    2500: "unreachable",
    2501: "auth",
    2502: "throttled",
}


@dataclass(frozen=True)
class Result:
    """An answer: its `code`, what it says, its data, its queue of messages (`waiting`, `message_id`)."""

    code: int
    said: str
    tree: ET.Element
    waiting: int = 0
    message_id: str = ""

    def find(self, namespace: str, name: str) -> ET.Element | None:
        """The first element of this name in the answer's data."""
        return next(self.tree.iter(f"{{{namespace}}}{name}"), None)


def element(namespace: str, name: str, *inside: ET.Element | str, **attributes: str) -> ET.Element:
    """An element with what stands in it; texts are escaped when it is written."""
    made = ET.Element(f"{{{namespace}}}{name}", attributes)
    for each in inside:
        if isinstance(each, str):
            made.text = each
        else:
            made.append(each)
    return made


def written(*inside: ET.Element) -> bytes:
    """The bytes of a frame. Raises BackendError ``invalid`` for characters that XML does not have."""
    for prefix, namespace in (("", EPP), ("domain", DOMAIN), ("contact", CONTACT), ("host", HOST)):
        ET.register_namespace(prefix, namespace)
    content = bytes(ET.tostring(element(EPP, "epp", *inside), encoding="utf-8", xml_declaration=True))
    try:
        read(content)
    except BackendError:
        raise BackendError("invalid", "a value has characters that XML does not have") from None
    return content


def read(content: bytes) -> ET.Element:
    """The tree of a frame. Raises BackendError ``invalid``: no XML, no EPP, or with a DOCTYPE in it.

    Without a DOCTYPE there are no entities, and so none that grow or read files.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    builder = ET.TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise BackendError("invalid", "its XML is too deep")
        builder.start(_name(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(name))

    def refuse(*_: object) -> None:
        raise BackendError("invalid", "its XML has a DOCTYPE, which EPP does not")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
        tree = builder.close()
    except (expat.ExpatError, ET.ParseError, AssertionError, ValueError) as error:
        raise BackendError("invalid", f"its answer is no XML: {one_line(str(error))}") from None
    if tree.tag != f"{{{EPP}}}epp":
        raise BackendError("invalid", "its answer is no EPP")
    return tree


def result(tree: ET.Element) -> Result:
    """The response in a frame. Raises BackendError ``invalid`` where it is none."""
    response = tree.find(f"{{{EPP}}}response")
    found = response.find(f"{{{EPP}}}result") if response is not None else None
    code = (found.get("code") or "") if found is not None else ""
    if response is None or found is None or not (code.isascii() and code.isdecimal() and len(code) == 4):
        raise BackendError("invalid", "its answer is no EPP response")
    words = [text_of(found, EPP, "msg")]
    words += [reason for each in found.iter(f"{{{EPP}}}reason") if (reason := (each.text or "").strip())]
    queue = response.find(f"{{{EPP}}}msgQ")
    count = (queue.get("count") or "") if queue is not None else ""
    waiting = int(count) if count.isascii() and count.isdecimal() and len(count) < 10 else 0
    message_id = (queue.get("id") or "") if queue is not None else ""
    return Result(int(code), one_line(": ".join(filter(None, words))), tree, waiting, message_id)


def text_of(tree: ET.Element, namespace: str, name: str) -> str:
    """The text of the first such element, in one line; empty where there is none."""
    return one_line(found[0]) if (found := texts_of(tree, namespace, name)) else ""


def texts_of(tree: ET.Element, namespace: str, name: str) -> Sequence[str]:
    """The texts of all such elements, without space around them."""
    return [(each.text or "").strip() for each in tree.iter(f"{{{namespace}}}{name}")]


def kind_of(code: int) -> Kind:
    """What a result code of 2000 and more means for the caller."""
    return _CODES.get(code, "unreachable" if 2400 <= code < 2600 else "invalid")


def _name(name: str) -> str:
    return "{" + name if "}" in name else name
