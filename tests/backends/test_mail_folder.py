"""Is kept mail whole, and does no reference lead out of the attachments folder?"""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.mail_folder import attached, keep


def test_a_mail_is_kept_whole_under_a_name_that_is_one(tmp_path: Path) -> None:
    path = keep(tmp_path / "var" / "mail", "7-../../x y@example.org", b"Subject: x\r\n")
    assert path.parent == tmp_path / "var" / "mail"
    assert path.read_bytes() == b"Subject: x\r\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_same_mail_again_replaces_itself(tmp_path: Path) -> None:
    assert keep(tmp_path, "7", b"one") == keep(tmp_path, "7", b"two")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"two"]


def test_a_full_disk_leaves_no_half_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        keep(tmp_path, "7", b"one")
    assert list(tmp_path.iterdir()) == []


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    folder = tmp_path / "attachments"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    for reference in ("link", "../secret"):
        with pytest.raises(PermissionError, match="out of the attachments folder"):
            attached(folder, reference, 100)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(1000))
    assert len(attached(tmp_path, "big", 10)) == 11
