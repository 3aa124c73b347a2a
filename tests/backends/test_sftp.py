"""Is a file whole on the other machine, and does every failure of it say what happened?"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.error import BackendError
from backends.sftp import SftpFolder, place
from tests.support.fault_proxy import FaultProxy
from tests.support.real_sftp import RealSftp, real_sftp


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSftp]:
    with real_sftp(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def there(server: RealSftp, tmp_path: Path) -> Path:
    """A folder on the other machine."""
    path = tmp_path / "there"
    path.mkdir()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file with spaces ä.bin"
    path.write_bytes(os.urandom(9_000_001))
    return path


def opened(server: RealSftp, folder: Path, *, port: int | None = None, **more: object) -> SftpFolder:
    words = {"key": server.key, "host_key": server.host_key, "connect": 3, "answer": 3, **more}
    return SftpFolder(place(server.url(folder, port)), **words)  # type: ignore[arg-type]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_there_and_whole(server: RealSftp, there: Path, file: Path) -> None:
    moved: list[int] = []
    with opened(server, there) as folder:
        folder.put(file, digest(file), moved.append)
        assert folder.names() == [file.name]
    assert digest(there / file.name) == digest(file)
    assert sum(moved) == 2 * file.stat().st_size


def test_it_takes_the_place_of_an_older_one(server: RealSftp, there: Path, file: Path) -> None:
    (there / file.name).write_text("older")
    (there / f"{file.name}.part").write_bytes(b"half" * 9_000_000)
    with opened(server, there) as folder:
        folder.put(file, digest(file))
    assert [path.name for path in there.iterdir()] == [file.name]
    assert digest(there / file.name) == digest(file)


def test_a_small_file_is_written_and_removed(server: RealSftp, there: Path) -> None:
    with opened(server, there) as folder:
        folder.write("name", "text\n")
        assert (there / "name").read_text() == "text\n"
        folder.remove("name")
        folder.remove("name")
        assert folder.names() == []


def test_a_copy_that_differs_is_taken_away(server: RealSftp, there: Path, file: Path) -> None:
    with (
        opened(server, there) as folder,
        pytest.raises(BackendError, match="what was read back differs") as error,
    ):
        folder.put(file, "0" * 64)
    assert error.value.kind == "invalid"
    assert list(there.iterdir()) == []


def test_a_stop_leaves_nothing(server: RealSftp, there: Path, file: Path) -> None:
    def stop(count: int) -> None:
        raise InterruptedError("stop")

    with opened(server, there) as folder, pytest.raises((InterruptedError, BackendError)):
        folder.put(file, digest(file), stop)
    assert list(there.iterdir()) == []


def test_a_server_with_another_host_key_gets_nothing(server: RealSftp, there: Path, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    other = (tmp_path / "other.pub").read_text()
    with pytest.raises(BackendError, match="not the pinned one") as error:
        opened(server, there, host_key=other).__enter__()
    assert error.value.kind == "denied"


def test_a_wrong_key_is_a_failed_sign_in(server: RealSftp, there: Path, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    with pytest.raises(BackendError, match=r"does not let .* in with this key") as error:
        opened(server, there, key=(tmp_path / "other").read_text()).__enter__()
    assert error.value.kind == "auth"


@pytest.mark.parametrize("what", ["key", "host_key"])
def test_rubbish_for_a_key_is_told_without_showing_it(server: RealSftp, there: Path, what: str) -> None:
    with pytest.raises(BackendError) as error:
        opened(server, there, **{what: "hunter2 rubbish"}).__enter__()
    assert error.value.kind == "invalid"
    assert "hunter2" not in str(error.value)


def test_a_folder_that_is_not_there_is_missing(server: RealSftp, there: Path) -> None:
    with pytest.raises(BackendError) as error:
        opened(server, there / "none").__enter__()
    assert error.value.kind == "missing"


def test_nobody_listens(server: RealSftp, there: Path) -> None:
    with FaultProxy(server.port) as proxy:
        proxy.refuse()
        with pytest.raises(BackendError, match="nobody listens") as error:
            opened(server, there, port=proxy.port).__enter__()
    assert error.value.kind == "unreachable"


@pytest.mark.parametrize("fault", ["hang", "garbage"])
def test_a_server_that_is_none_is_given_up(server: RealSftp, there: Path, fault: str) -> None:
    with FaultProxy(server.port) as proxy:
        getattr(proxy, fault)()
        with pytest.raises(BackendError) as error:
            opened(server, there, port=proxy.port, connect=1).__enter__()
    assert error.value.kind == "unreachable"


@pytest.mark.parametrize("fault", ["hang", "cut"])
def test_a_line_that_breaks_in_the_middle_is_told(
    server: RealSftp, there: Path, file: Path, fault: str
) -> None:
    with FaultProxy(server.port) as proxy:

        def broken(count: int) -> None:
            proxy.hang() if fault == "hang" else proxy.cut(0)

        with (
            opened(server, there, port=proxy.port, answer=1) as folder,
            pytest.raises(BackendError) as error,
        ):
            folder.put(file, digest(file), broken)
    assert error.value.kind == "unreachable"
    assert not (there / file.name).exists()


@pytest.mark.parametrize(
    "url",
    [
        "sftp://host/folder",
        "sftp://user:secret@host/folder",
        "ftp://user@host/folder",
        "sftp://user@host",
        "sftp://user@host:99999/x",
        "sftp://user@/x",
        "",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected sftp://user@host/folder|Port out of range"):
        place(url)
