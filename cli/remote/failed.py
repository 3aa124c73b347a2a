"""What a system elsewhere refuses, as the refusal and exit code that the same has on this machine."""

from __future__ import annotations

from typing import Any

from cli.remote.address import Address
from web.acts.refusal import REFUSED, UNKNOWN, USAGE, Refusal

#: Answers without a code of ours: what a command ends with.
BY_STATUS = {400: USAGE, 404: UNKNOWN, 405: UNKNOWN, 413: USAGE, 422: USAGE}
LONGEST = 2_000


class Elsewhere(Refusal):
    """A refusal that came over HTTP."""

    def __init__(self, code: str | None, text: str, ends_with: int | None) -> None:
        super().__init__(code or "refused", text)
        self._ends_with = ends_with

    @property
    def exit_code(self) -> int:
        """By its code as on this machine; without one by the status."""
        return super().exit_code if self._ends_with is None else self._ends_with


def failed(address: Address, status: int, document: dict[str, Any]) -> Refusal:
    """The refusal that a problem document (RFC 9457) says."""
    code = document.get("code") if isinstance(document.get("code"), str) else None
    said = line(document.get("detail") or document.get("title") or f"HTTP status {status}")
    if status == 401:
        return Refusal("not_signed_in", f"not signed in: {_who(address)}")
    if status >= 500:
        return Refusal("unreachable", f"{address}: {said}")
    if status == 404 and code is None:
        said = "it knows no such command: is it of an older release, and is the address right?"
        return Elsewhere(None, f"{address}: {said}", UNKNOWN)
    if code is None or code == "bad_request":
        return Elsewhere(code, said, BY_STATUS.get(status, REFUSED))
    return Elsewhere(code, said, None)


def not_tickworks(address: Address, status: int, content_type: str) -> Refusal:
    """Something answers, but not Tickworks."""
    what = content_type.split(";")[0].strip() or "no content type"
    return Refusal(
        "unreachable",
        f"cannot reach Tickworks at {address}: something else answers (status {status}, {line(what, 60)}); "
        "check the address",
    )


def line(text: object, longest: int = LONGEST) -> str:
    """A text of a stranger as one line that does nothing to a terminal."""
    plain = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return " ".join(plain.split())[:longest]


def _who(address: Address) -> str:
    if address.token is None:
        return "give a token with --token or TICKWORKS_TOKEN (`tickworks token add` on the server makes one)"
    return "the token is wrong, expired or revoked (`tickworks token add` on the server makes another)"
