"""Do the pieces of all pages come out as text, and true?"""

from __future__ import annotations

from web.pages.render import parted


def test_a_long_name_may_be_broken_between_its_parts() -> None:
    assert parted("UserPasswordExpiryWork") == "User<wbr>Password<wbr>Expiry<wbr>Work"
    assert parted("O365SyncWork") == "O365Sync<wbr>Work"


def test_a_name_is_only_text_all_the_same() -> None:
    assert parted("a<B>") == "a&lt;B&gt;"
