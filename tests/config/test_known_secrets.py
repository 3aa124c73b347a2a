"""Is a secret that was read kept out of every text, however it is written there?"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from config.known_secrets import hidden, learn
from config.secrets import redacted, resolve


def test_nothing_is_hidden_before_it_is_known() -> None:
    assert hidden("hunter2 is a word") == "hunter2 is a word"


def test_a_known_secret_is_hidden_as_json_python_and_addresses_write_it() -> None:
    secret = 'pa"ss wörd\\7'
    learn(secret)
    texts = [secret, json.dumps({"p": secret}), repr([secret]), f"http://h/?p={quote(secret, safe='')}"]
    for text in texts:
        assert "rd" not in hidden(text), text
        assert "***" in hidden(text)


def test_each_line_of_a_long_secret_is_hidden() -> None:
    learn("-----BEGIN KEY-----\nAAAABBBBCCCC\nDDDDEEEEFFFF\n-----END KEY-----\n")
    assert hidden("second line DDDDEEEEFFFF here") == "second line *** here"


def test_the_longer_of_two_secrets_leaves_no_rest() -> None:
    learn("correct")
    learn("correct horse")
    assert hidden("say correct horse") == "say ***"


def test_what_is_too_short_is_never_looked_for() -> None:
    learn("a1")
    assert hidden("run a1 of data1") == "run a1 of data1"


def test_what_a_reference_led_to_is_known(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("open sesame\n")
    resolve("file:word", {}, tmp_path)
    resolve("env:WORD", {"WORD": "battery staple"})
    assert redacted("open sesame and battery staple") == "*** and ***"


def test_of_an_address_only_the_password_is_hidden() -> None:
    resolve("env:URL", {"URL": "postgresql://me:geheim@db/x"})
    assert redacted("postgresql://me:geheim@db/x is away") == "postgresql://me:***@db/x is away"
