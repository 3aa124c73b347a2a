"""A chart as its reader has it: the titles of its marks, by class."""

from __future__ import annotations

from xml.etree import ElementTree


def parsed(svg: str) -> ElementTree.Element:
    """The picture as a tree; an error if a browser could not read it or a strict CSP would refuse it."""
    tree = ElementTree.fromstring(svg)
    assert tree.tag == "svg"
    assert tree.get("role") == "img"
    assert tree.get("aria-label")
    for element in tree.iter():
        assert element.tag not in ("script", "style")
        assert not any(name == "style" or name.startswith("on") for name in element.attrib)
    return tree


def marks(svg: str, word: str) -> list[ElementTree.Element]:
    """The marks of a class."""
    return [element for element in parsed(svg).iter() if word in (element.get("class") or "").split()]


def titles(svg: str, word: str) -> list[str]:
    """What the marks of a class say."""
    return [mark.findtext("title") or "" for mark in marks(svg, word)]
