"""Does a site that is stopped leave nothing behind?"""

from __future__ import annotations

import json
import os
import re
import signal

import psutil
import pytest

from tests.cli.conftest import Site
from tests.support.process import end
from tests.support.until import until


def test_ctrl_c_leaves_no_process_behind(site: Site) -> None:
    process = site.up()
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 5  # and a long run, if one is on its first look
    try:
        # A terminal sends it to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
        assert process.returncode == 0, site.said()
        assert not [child for child in family if child.is_running()]
    finally:
        end(process)
    assert "Traceback" not in site.said()
    assert site.say("nodes", "--json").json["nodes"][0]["state"] == "left"


def test_a_profile_that_is_switched_on_is_taken_up_at_once(site: Site) -> None:
    process = site.up()
    try:
        before = site.say("nodes", "--json").json["nodes"][0]["started_at"]
        assert site.say("site", "profile", "on", "billing").code == 0
        until(lambda: site.say("nodes", "--json").json["nodes"][0]["started_at"] != before, "it starts anew")
        until(lambda: site.say("nodes", "--json").json["nodes"][0]["slots"] == 4, "its workers have joined")
        assert process.poll() is None, site.said()
    finally:
        end(process, how=signal.SIGINT)


def test_up_ends_by_itself_after_its_seconds(site: Site) -> None:
    process = site.start("up", "--seconds", "1", "--port", "0")
    try:
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
        assert process.returncode == 0, site.said()
        assert "http://127.0.0.1:" in site.said()
    finally:
        end(process)


def test_a_new_site_prints_a_one_time_password_and_a_later_start_how_to_get_one(site: Site) -> None:
    assert site.say("migrate").code == 0

    def started(number: int) -> str:
        process = site.start("web", "--seconds", "1", "--port", "0")
        try:
            until(lambda: process.poll() is not None, "it has ended", seconds=40)
        finally:
            end(process)
        return site.said().split("The page is at ")[number]

    assert re.search(r"^sign in: admin / ([a-z2-9]{4}-){3}[a-z2-9]{4}  \(once;", started(1), re.MULTILINE)
    assert "sign in: admin  (a new password: tickworks user password admin)" in started(2)
    (admin,) = site.say("user", "list", "--json").json["users"]
    assert (admin["name"], admin["role"], admin["one_time"]) == ("admin", "admin", True)


def test_the_run_that_a_new_site_proposes_is_one_that_works(site: Site) -> None:
    site.file.write_text('[site]\nprofiles = ["monitoring"]\nzone = "UTC"\n')  # its first services are off
    process = site.start("up", "--port", "0")
    try:
        until(lambda: "force one" in site.said(), "it has said what to do first", seconds=40)
        words = site.said().split("force one  tickworks ")[1].splitlines()[0].split()
        assert site.say(*words).code == 0
    finally:
        end(process, how=signal.SIGINT)


def test_a_page_open_to_the_network_is_refused(site: Site) -> None:
    site.file.write_text('[web]\nhost = "0.0.0.0"\n')
    said = site.say("up")
    assert said.code == 2
    assert "tickworks user add NAME --role admin" in said.err


@pytest.mark.parametrize("part", ["node", "beat", "web"])
def test_a_part_makes_no_database_and_says_in_one_line_who_does(site: Site, part: str) -> None:
    process = site.start(part)
    try:
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
    finally:
        end(process)
    assert process.returncode == 5
    (line,) = site.said().splitlines()
    told = json.loads(line)["event"]
    assert told.endswith("var/tickworks.db: run `tickworks migrate`, then start this again")


def test_a_node_runs_without_page_and_beat(site: Site) -> None:
    assert site.say("migrate").out.endswith("services new or changed\n")
    assert site.say("migrate").out == "the database is up to date\n"
    process = site.start("node", "--name", "n7", "--roles", "master,night", "--processes", "1")
    try:
        until(lambda: "runs as node n7" in site.said(), "it is up")
        until(lambda: "n7" in site.say("nodes").out, "it has joined")
        until(lambda: site.say("nodes", "--json").json["nodes"][0]["slots"] == 2, "its worker has joined")
        (node,) = site.say("nodes", "--json").json["nodes"]
        assert node["roles"] == ["master", "night"]
        process.send_signal(signal.SIGTERM)
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
        assert process.returncode == 0
    finally:
        end(process)


def test_a_second_sigterm_ends_a_node_that_drains_at_once_and_loses_no_run(site: Site) -> None:
    process = site.up()
    try:
        (number,) = site.say("run", "holder").out.split()
        until(lambda: site.run(int(number))["state"] == "running", "it runs")
        assert site.say("drain", "n1", "--timeout", "3600").code == 0
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        until(lambda: any(not child.is_running() for child in family), "it drains")
        assert (process.poll(), site.run(int(number))["state"]) == (None, "running")
        process.send_signal(signal.SIGTERM)
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
        assert process.returncode == 0, site.said()
        assert not [child for child in family if child.is_running()]
    finally:
        end(process)
    run = site.run(int(number))
    assert (run["state"], [each["end"] for each in run["attempts"]]) == ("queued", ["drained"])
    assert site.say("groups", "--json").json["groups"][0]["holder"] is None
