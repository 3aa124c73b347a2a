"""Are the keys kept from others, told from broken ones, and used in their order?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from backends.vault_key import KeySource, NoKeyFile, Ring, VaultKeyError, WrongKey, new_key


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    return KeySource(tmp_path / "deep/secret.key")


def refused(source: KeySource) -> str:
    with pytest.raises(VaultKeyError) as caught:
        source.ring()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_file_is_made_for_its_owner_only(source: KeySource) -> None:
    source.make()
    assert stat.S_IMODE(source.file.stat().st_mode) == 0o600
    source.replace((new_key(), new_key()))
    assert stat.S_IMODE(source.file.stat().st_mode) == 0o600
    assert [path.name for path in source.file.parent.iterdir()] == ["secret.key"]


def test_a_file_that_is_there_is_never_made_anew(source: KeySource) -> None:
    assert source.make() == source.make() == source.ring()


def test_a_file_that_others_may_read_is_refused(source: KeySource) -> None:
    source.make()
    for mode in (0o640, 0o604, 0o620):
        source.file.chmod(mode)
        assert f"(mode {mode:04o}): chmod 600 {source.file}" in refused(source)


def test_a_file_that_is_not_there_is_told_from_a_broken_one(source: KeySource) -> None:
    with pytest.raises(NoKeyFile, match="there is no key file"):
        source.ring()


def test_a_file_that_was_cut_says_so_and_shows_nothing_of_the_key(source: KeySource) -> None:
    (key,) = source.make().keys
    whole = source.file.read_text()
    source.file.write_text(whole[:-10])
    text = refused(source)
    assert "key 1 is none, it was cut or changed" in text
    assert key[:8] not in text
    source.file.write_text(whole.splitlines()[0])
    assert "holds no key" in refused(source)
    source.file.write_bytes(b"\xff\xfe\x00")
    assert "is no file of keys" in refused(source)


def test_keys_by_reference_come_with_spaces_between() -> None:
    keys = (new_key(), new_key())
    source = KeySource(Path("unused"), "env:RING")
    assert source.ring({"RING": " ".join(keys)}).keys == keys


def test_every_key_of_the_ring_opens_and_the_first_seals() -> None:
    old, new = new_key(), new_key()
    sealed = Ring((old,)).seal("smtp", "hunter2")
    assert Ring((new, old)).open("smtp", sealed) == "hunter2"
    again = Ring((new, old)).seal("smtp", "hunter2")
    assert Ring((new,)).open("smtp", again) == "hunter2"
    with pytest.raises(WrongKey):
        Ring((old,)).open("smtp", again)


def test_a_sealed_text_opens_under_its_own_name_only() -> None:
    ring = Ring((new_key(),))
    with pytest.raises(WrongKey):
        ring.open("other", ring.seal("smtp", "hunter2"))


def test_what_was_changed_does_not_open() -> None:
    ring = Ring((new_key(),))
    sealed = ring.seal("smtp", "hunter2")
    for damaged in (sealed[:-5], "A" + sealed[1:], ""):
        with pytest.raises(WrongKey):
            ring.open("smtp", damaged)


def test_a_secret_of_several_lines_comes_back_whole() -> None:
    ring = Ring((new_key(),))
    assert ring.open("tls", ring.seal("tls", "a\nb\n\nc")) == "a\nb\n\nc"
