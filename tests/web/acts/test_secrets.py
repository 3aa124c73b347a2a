"""Do sealed secrets go in, open for whoever has the key, and never come out in what people see?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import web
from backends.vault_key import KeySource, Ring, new_key
from broker.runner.ports import RunPorts
from config.load import load
from config.secrets import SecretError
from domain.objects.catalogue import find
from node.site import Site, key_source, open_site
from store import change, database, secret, service
from tests.support.clock import FakeClock
from tests.support.opened import DATABASES
from tests.support.told import Told
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.acts.secrets import Secrets
from web.shown import secrets as shown

ROOT = Path(web.__file__).parents[1]
VALUE = "correct horse battery"

READER = """
import sys
from pathlib import Path
from backends.vault_key import KeySource
from store import database, secret
database.open(sys.argv[1])
secret.use(KeySource(Path(sys.argv[2])))
looks = 0
while not Path(sys.argv[3]).exists():
    assert secret.get("smtp") == "correct horse battery"
    looks += 1
    if looks == 1:
        print("reading", flush=True)
database.close()
print(looks)
"""


@pytest.fixture(params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A site on each database."""
    url = request.getfixturevalue(f"{request.param}_engine_database")
    file = tmp_path / "tickworks.toml"
    file.write_text(f'[database]\nurl = "{url}"\n[mail]\npassword = "vault:needed"\n')
    made = replace(open_site(load(file, {})), clock=FakeClock())
    database.write(lambda tx: service.sync(tx, made.declared(), made.clock.now()))
    return made


def acts(site: Site) -> Secrets:
    return Secrets(site, by="anna", reason="a test")


def refused(work: Any, *args: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work(*args, **more)
    assert "\n" not in str(caught.value)
    assert VALUE not in str(caught.value)
    return caught.value


def key_file(site: Site) -> Path:
    return site.settings.secrets.path


def problems(site: Site) -> str:
    return "\n".join(f"{level}: {text}" for level, text in shown.problems(site.settings, database.read()))


def test_what_was_set_is_read_by_services_under_its_name(site: Site) -> None:
    assert acts(site).set("smtp", VALUE) is True
    assert RunPorts(Any, site.clock, site.rules, Told()).secret("vault:smtp") == VALUE  # type: ignore[arg-type]
    assert acts(site).set("smtp", "another one") is False
    assert secret.get("smtp") == "another one"


def test_the_database_and_the_audit_hold_no_value_and_no_key(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    acts(site).rotate(drop_old=True)
    acts(site).kept_elsewhere()
    (key,) = key_source(site.settings).ring().keys
    tables = ("secret", "change", "setting", "service")
    text = repr([database.read().all(f"SELECT * FROM {table}") for table in tables])
    assert VALUE not in text
    assert key not in text
    said = [(row["actor"], row["action"], row["object"]) for row in change.latest(database.read())][::-1]
    assert said[0] == ("anna", "secret set", "secret smtp")
    assert {row[1] for row in said[1:]} == {
        "secret key rotated",
        "old secret keys dropped",
        "secret key kept elsewhere",
    }


def test_a_value_given_as_a_reason_is_hidden_in_the_audit(site: Site) -> None:
    Secrets(site, by="anna", reason=f"it was {VALUE}").set("smtp", VALUE)
    assert change.latest(database.read())[0]["reason"] == "it was ***"


def test_the_listing_has_names_and_who_uses_them(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    acts(site).set("needed", VALUE)
    needed, smtp = shown.listing(site.settings, database.read())
    assert set(smtp) == {"name", "changed_at", "changed_by", "used_by"}
    assert (smtp["name"], smtp["changed_by"], smtp["used_by"]) == ("smtp", "anna", [])
    assert needed["used_by"][0] == "[mail] password"


def test_a_secret_that_a_setting_refers_to_is_not_removed(site: Site) -> None:
    acts(site).set("needed", VALUE)
    assert "needed by [mail] password" in str(refused(acts(site).remove, "needed"))
    acts(site).set("smtp", VALUE)
    acts(site).remove("smtp")
    assert refused(acts(site).remove, "smtp").code == "unknown_secret"
    assert secret.get("needed") == VALUE


def test_a_service_option_that_refers_to_a_secret_keeps_it_too(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    sql = "UPDATE service SET options = '{\"password\": \"vault:smtp\"}' WHERE name = 'cleaner'"
    assert database.write(lambda tx: tx.run(sql)) == 1
    assert "the options of Cleaner" in str(refused(acts(site).remove, "smtp"))


def test_a_check_whose_settings_refer_to_a_secret_keeps_it_too(site: Site) -> None:
    acts(site).set("ftp", VALUE)
    objects = Objects(site, by="anna")
    objects.add(find("server"), {"name": "files", "address": "192.0.2.1"})
    settings = {"user": "a", "password": "vault:ftp", "tls": True}
    objects.add(find("check"), {"server": "files", "name": "sign-in", "kind": "ftp", "settings": settings})
    assert "needed by check files/sign-in" in str(refused(acts(site).remove, "ftp"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", VALUE),
        ("a b", VALUE),
        ("../x", VALUE),
        ("n" * 65, VALUE),
        ("x", ""),
        ("x", "abc"),
        ("x", "a\0bcd"),
    ],
)
def test_wrong_names_and_values_are_refused(site: Site, name: str, value: str) -> None:
    assert refused(acts(site).set, name, value).code == "bad_value"
    assert not key_file(site).exists()


def test_a_rotation_seals_everything_anew_and_keeps_the_old_key(site: Site) -> None:
    for name in ("a", "b", "c"):
        acts(site).set(name, f"{VALUE} {name}")
    (old,) = key_source(site.settings).ring().keys
    rotated = acts(site).rotate()
    assert (rotated.sealed, rotated.new_key, rotated.dropped, rotated.old) == (3, True, 0, 1)
    new, kept = key_source(site.settings).ring().keys
    assert (kept == old, new == old) == (True, False)
    ended = acts(site).rotate(drop_old=True)
    assert (ended.sealed, ended.new_key, ended.dropped, ended.old) == (0, False, 1, 0)
    assert key_source(site.settings).ring().keys == (new,)
    assert [secret.get(name) for name in ("a", "b", "c")] == [f"{VALUE} {name}" for name in "abc"]
    assert {row["changed_by"] for row in secret.rows(database.read())} == {"anna"}


def test_an_old_key_stays_while_something_is_sealed_with_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(site).set("smtp", VALUE)
    acts(site).rotate()
    monkeypatch.setattr(secret, "sealed_before", lambda tx, ring: 1)
    assert refused(acts(site).rotate, drop_old=True).code == "old_key"
    assert len(key_source(site.settings).ring().keys) == 2


def test_a_rotation_that_fails_half_way_leaves_everything_open(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(site).set("a", VALUE)
    acts(site).set("b", VALUE)
    with monkeypatch.context() as broken:
        broken.setattr(change, "record", lambda *words, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            acts(site).rotate(drop_old=True)
    assert [secret.get(name) for name in ("a", "b")] == [VALUE, VALUE]
    assert acts(site).rotate(drop_old=True).old == 0
    assert secret.get("a") == VALUE


def test_who_reads_while_the_key_is_rotated_notices_nothing(site: Site, tmp_path: Path) -> None:
    acts(site).set("smtp", VALUE)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, database.url(), str(key_file(site)), str(stop)]
    reader = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    for _ in range(20):
        acts(site).rotate(drop_old=True)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert (reader.returncode, err) == (0, "")
    assert int(out) >= 1


def test_a_rotation_between_the_look_at_the_row_and_at_the_key_is_followed(site: Site) -> None:
    class Rotated(KeySource):
        times = 0

        def ring(self, environ: Mapping[str, str] = os.environ) -> Ring:
            if not Rotated.times:
                Rotated.times = 1
                acts(site).rotate(drop_old=True)
            return super().ring(environ)

    acts(site).set("smtp", VALUE)
    secret.use(Rotated(key_file(site)))
    assert secret.get("smtp") == VALUE
    assert Rotated.times == 1


def test_another_key_opens_nothing_and_says_which_is_missing(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    key_id = secret.rows(database.read())[0]["key_id"]
    key_source(site.settings).replace((new_key(),))
    with pytest.raises(SecretError, match=f"vault:smtp: key {key_id} sealed it, which is not in"):
        secret.follow("vault:smtp")
    assert refused(acts(site).rotate).code == "cannot_open"
    assert len(key_source(site.settings).ring().keys) == 1, "no new key was made for nothing"
    assert "smtp:" in problems(site)
    acts(site).set("smtp", VALUE)
    assert secret.get("smtp") == VALUE


def test_a_row_moved_to_another_name_does_not_open(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    database.write(lambda tx: tx.run("UPDATE secret SET name = 'other'"))
    with pytest.raises(SecretError, match="it was changed in the database"):
        secret.get("other")


def test_without_the_key_file_a_new_key_is_made_only_when_it_is_asked_for(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    acts(site).set("needed", VALUE)
    key_file(site).unlink()
    assert "smtp must then be set anew" in str(refused(acts(site).set, "needed", VALUE))
    assert not key_file(site).exists()
    acts(site).set("needed", VALUE, new_key=True)
    assert secret.get("needed") == VALUE


def test_a_file_cut_in_the_middle_is_refused_and_not_written_over(site: Site) -> None:
    acts(site).set("smtp", VALUE)
    cut = key_file(site).read_text()[:-9]
    key_file(site).write_text(cut)
    for work in (lambda: acts(site).set("smtp", VALUE), acts(site).rotate, acts(site).kept_elsewhere):
        assert "was cut or changed" in str(refused(work))
    assert key_file(site).read_text() == cut


def test_keys_by_reference_are_rotated_by_their_owner(site: Site, tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    old, new = new_key(), new_key()
    ring.write_text(old)
    theirs = site.settings.secrets.model_copy(update={"key": f"file:{ring}"})
    site = replace(site, settings=site.settings.model_copy(update={"secrets": theirs}))
    secret.use(key_source(site.settings))
    acts(site).set("smtp", VALUE)
    assert refused(acts(site).rotate).code == "no_new_key"
    ring.write_text(f"{new}\n{old}")
    rotated = acts(site).rotate()
    assert (rotated.sealed, rotated.new_key, rotated.old, rotated.reference) == (1, False, 1, f"file:{ring}")
    assert refused(acts(site).rotate, drop_old=True).code == "not_ours"
    ring.write_text(new)
    assert secret.get("smtp") == VALUE
    assert not key_file(site).exists()


def test_check_asks_until_the_key_is_kept_elsewhere_and_again_after_a_rotation(site: Site) -> None:
    assert problems(site) == (
        "wrong: [mail] password: vault:needed: there is no such secret: `tickworks secret set needed`"
    )
    acts(site).set("needed", VALUE)
    assert "`tickworks secret kept-elsewhere`" in problems(site)
    acts(site).kept_elsewhere()
    assert problems(site) == ""
    acts(site).rotate()
    assert "`tickworks secret kept-elsewhere`" in problems(site)
    assert "--drop-old" in problems(site)


def test_a_secret_that_is_not_there_says_how_to_set_it(site: Site) -> None:
    with pytest.raises(SecretError, match="vault:none: there is no such secret: `tickworks secret set none`"):
        secret.follow("vault:none")
