"""A browser's view of a form: its fields with the values it would send."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = dict[str, list[str]]


class Form(HTMLParser):
    """The fields of the editor's form, what describes each, and the texts by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.disabled: set[str] = set()
        self.described: dict[str, list[str]] = {}
        self.texts: dict[str, str] = {}
        self.buttons: list[str] = []
        self._select = ""
        self._ids: list[tuple[str, str]] = []
        self._depth: list[bool] = []
        self.feed(page.split('id="editor"', 1)[1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "fieldset":
            self._depth.append("disabled" in given)
        off = "disabled" in given or any(self._depth)
        if tag in ("span", "div", "li", "p"):
            self._ids.append((tag, given.get("id", "")))
        if tag == "button":
            self.buttons.append(given.get("value", ""))
        if tag in ("input", "select") and name and "aria-describedby" in given:
            self.described[name] = given["aria-describedby"].split()
        if tag in ("input", "select") and name and off:
            self.disabled.add(name)
        elif tag == "input" and name:
            switch = given.get("type") in ("checkbox", "radio")
            if not switch or "checked" in given:
                self.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self._depth.pop()
        if tag == "select":
            self._select = ""
        if self._ids and self._ids[-1][0] == tag:
            self._ids.pop()

    def handle_data(self, data: str) -> None:
        for _, name in self._ids:
            self.texts[name] = self.texts.get(name, "") + data

    def problem(self, name: str) -> str:
        """What stands at a field, found as a screen reader finds it."""
        ids = [each for each in self.described[name] if each.startswith("problem-")]
        return "".join(self.texts.get(each, "") for each in ids)
