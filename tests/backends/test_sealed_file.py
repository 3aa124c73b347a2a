"""Can a sealed file be opened with its key only, and not once anything of it was changed?"""

from __future__ import annotations

import io

import pytest

from backends.sealed_file import CHUNK, MARK, SALT, TAG, Opener, Sealer, SealError

SECRET = "correct horse"


def sealed(data: bytes, secret: str = SECRET) -> bytes:
    target = io.BytesIO()
    sealer = Sealer(target, secret)
    for start in range(0, len(data), 70_001):
        sealer.write(data[start : start + 70_001])
    sealer.finish()
    return target.getvalue()


def opened(data: bytes, secret: str = SECRET) -> bytes:
    return Opener(io.BytesIO(data), secret).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_comes_back(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert opened(sealed(data[:size])) == data[:size]


def test_it_is_read_in_pieces_of_any_size() -> None:
    reading = Opener(io.BytesIO(sealed(b"abc" * CHUNK)), SECRET)
    assert [reading.read(2), reading.read(CHUNK), reading.read(0)] == [b"ab", (b"cab" * CHUNK)[:CHUNK], b""]


def test_nothing_of_it_can_be_read_without_the_key() -> None:
    text = sealed(b"a secret sentence" * 100)
    assert b"secret sentence" not in text
    with pytest.raises(SealError, match="another key"):
        opened(text, "battery staple")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert sealed(b"x" * 100) != sealed(b"x" * 100)


HEAD = len(MARK) + SALT


@pytest.mark.parametrize("cut", [HEAD, HEAD + 5, HEAD + CHUNK + TAG, -1])
def test_an_end_that_is_missing_is_noticed(cut: int) -> None:
    with pytest.raises(SealError):
        opened(sealed(b"x" * (2 * CHUNK + 5))[:cut])


@pytest.mark.parametrize("place", [len(MARK) + 1, HEAD + 3, HEAD + CHUNK + TAG + 3, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    data = bytearray(sealed(b"x" * (2 * CHUNK)))
    data[place] ^= 1
    with pytest.raises(SealError):
        opened(bytes(data))


def test_chunks_cannot_change_places() -> None:
    data = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    size = CHUNK + TAG
    first, second = data[HEAD : HEAD + size], data[HEAD + size : HEAD + 2 * size]
    with pytest.raises(SealError):
        opened(data[:HEAD] + second + first + data[HEAD + 2 * size :])


def test_another_file_is_no_sealed_one() -> None:
    with pytest.raises(SealError, match="no sealed file"):
        opened(b"\x1f\x8b" + b"x" * 100)
