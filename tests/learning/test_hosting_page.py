"""Do the commands of docs/learning/hosting.md lead from an empty site to a user that a job has made?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.directory import read, write
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from domain.directory import dn
from tests.cli.conftest import ROOT, Site
from tests.learning.reader import Reader
from tests.support.console_blocks import console_blocks
from tests.support.process import end
from tests.support.real_samba import ADMIN, BASE, PASSWORD, REALM, RealSamba, real_samba
from tests.support.until import until

PAGE = ROOT / "docs/learning/hosting.md"
GOOD = "Good-Word-1"
FILE = """
[node]
name = "n1"
threads = 2
[web]
port = 0
[site]
profiles = ["hosting"]
"""


@pytest.fixture
def samba() -> Iterator[RealSamba]:
    """The controller that stands for the one that the page names."""
    with real_samba() as made:
        yield made


@pytest.fixture
def reader(tmp_path: Path, samba: RealSamba) -> Iterator[Reader]:
    with Session(Server("127.0.0.1", ADMIN, PASSWORD, samba.port, samba.ca_file)) as session:
        write.create(session, dn.child(BASE, "OU", "Acme"), ["organizationalUnit"], {})
    site = Site(tmp_path)
    site.file.write_text(FILE)
    places = {
        "host=dc1.example.org": f"host=127.0.0.1 port={samba.port}",
        "username=admin@example.org": f"username={ADMIN}",
        "/etc/ssl/corp.pem": samba.ca_file,
        "DC=example,DC=org": BASE,
    }
    process = site.up()
    yield Reader(site, places)
    end(process, how=signal.SIGINT)


def test_who_follows_the_page_has_a_user_in_the_group(reader: Reader, samba: RealSamba) -> None:
    supply, kinds, orders, held, live, (group, fill), (copy, look) = console_blocks(PAGE)
    assert "is added" in reader.follow(supply[0], PASSWORD + "\n")
    for command in supply[1:3]:
        assert "is added" in reader.follow(command)
    assert "a domain controller of" in reader.follow(supply[3])
    assert "ad_user_create" in reader.follow(kinds[0])
    assert "given_name" in reader.follow(kinds[1])

    reader.follow(orders[0])
    reader.follow(orders[1], GOOD + "\n")
    reader.follow(held[0])
    assert reader.follow(held[1]).count("held") >= 2
    anna = Server("127.0.0.1", f"anna.smith@{REALM}", GOOD, samba.port, samba.ca_file)
    assert check_password(anna) == "wrong", "nothing was made"

    reader.follow(live[0])
    reader.follow(live[1])
    until(lambda: reader.follow(live[2]).count("done") >= 2, "both jobs are done")
    assert GOOD not in reader.follow("tickworks jobs show 2")
    assert check_password(anna) == "must_change"

    reader.follow(group)
    reader.follow(fill)
    with Session(Server("127.0.0.1", ADMIN, PASSWORD, samba.port, samba.ca_file)) as session:
        place = dn.child(dn.child(BASE, "OU", "Acme"), "CN", "everybody")
        assert [dn.name(each) for each in read.members(session, place)] == ["Anna Smith"]
    reader.follow(copy)
    assert "Anna Smith" in reader.follow(look)
