"""Does SNMP tell of a server what the server itself knows, and why it tells nothing?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import psutil
import pytest

from backends.error import BackendError
from backends.probe import judge, snmp_host, snmp_volumes
from backends.probe.reading import Reading
from backends.probe.snmp import session
from backends.probe.snmp_agent import Agent
from backends.probe.snmp_volumes import Volume
from backends.probe.sweep import gather
from tests.support.process import free_port
from tests.support.real_snmpd import AUTH_WORD, COMMUNITY, PRIVACY_WORD, USER, RealSnmpd
from tests.support.until import until

Result = TypeVar("Result")
MIB = 2**20


@pytest.fixture
def v2c(snmpd: RealSnmpd) -> Agent:
    return Agent("127.0.0.1", snmpd.port, community=COMMUNITY, read_timeout=5.0)


@pytest.fixture
def v3(snmpd: RealSnmpd) -> Agent:
    agent = Agent("127.0.0.1", snmpd.port, user=USER, read_timeout=5.0)
    return replace(agent, auth_word=AUTH_WORD, privacy_word=PRIVACY_WORD)


@pytest.fixture(params=["v2c", "v3"])
def agent(request: pytest.FixtureRequest) -> Agent:
    found: Agent = request.getfixturevalue(request.param)
    return found


def told(question: Callable[[Agent], Awaitable[Result]], agent: Agent) -> Result:
    (answer,) = gather({0: lambda: question(agent)}).values()
    if isinstance(answer, BackendError):
        raise answer
    return answer


def refusal(agent: Agent) -> BackendError:
    with pytest.raises(BackendError) as caught:
        told(snmp_host.inventory, agent)
    return caught.value


def test_memory_and_the_root_are_those_of_this_machine(agent: Agent) -> None:
    reading = told(snmp_host.levels, agent)
    memory = psutil.virtual_memory()
    assert reading.value("memory.total_bytes") == memory.total
    in_use = memory.total - memory.available  # what caches give back is not in use
    assert reading.value("memory.used_bytes") == pytest.approx(in_use, rel=0.3, abs=1500 * MIB)
    assert reading.value("disk.total_bytes", "/") == pytest.approx(psutil.disk_usage("/").total, rel=0.01)
    used = reading.value("disk.used_bytes", "/")
    assert used == pytest.approx(psutil.disk_usage("/").used, rel=0.05, abs=500 * MIB)


def test_cpu_is_counted_within_seconds(v2c: Agent) -> None:
    def counters() -> dict[str, float]:
        return {each.metric: each.value for each in told(snmp_host.levels, v2c).counters}

    until(lambda: "cpu.total_seconds" in counters(), "the agent has looked at the processors")
    found = counters()
    assert 0 < found["cpu.busy_seconds"] < found["cpu.total_seconds"]


def test_network_cards_count_in_64_bits(v2c: Agent) -> None:
    cards = {each.object: each for each in told(snmp_host.levels, v2c).counters if "received" in each.metric}
    assert "lo" not in cards
    assert all(each.bits == 64 for each in cards.values())


def test_processes_run_by_name(agent: Agent) -> None:
    reading = told(snmp_host.services, agent)
    assert judge.service(reading, "SNMPD").ok
    missing = judge.service(reading, "no-such-service")
    assert (missing.ok, missing.text) == (False, "no-such-service does not run, or is called otherwise")


def test_the_inventory_names_system_processors_and_memory(agent: Agent) -> None:
    found = told(snmp_host.inventory, agent).inventory
    assert (found["name"], found["location"]) == ("snmp.example.org", "rack 7")
    assert found["description"].startswith("Linux")
    assert found["memory"] == f"{psutil.virtual_memory().total} bytes"
    assert f"processor {psutil.cpu_count()}" in found


def test_a_wrong_community_is_silence_and_the_text_says_so(v2c: Agent) -> None:
    error = refusal(replace(v2c, community="wrong", read_timeout=0.3))
    assert error.kind == "unreachable"
    assert "or does not know this community" in str(error)
    assert "wrong" not in str(error)


def test_a_user_or_word_that_is_wrong_is_told(v3: Agent) -> None:
    for wrong in (replace(v3, user="nobody"), replace(v3, auth_word="wrong-wrong")):
        error = refusal(wrong)
        assert error.kind == "auth"
        assert "wrong-wrong" not in str(error)


def test_a_wrong_privacy_word_is_silence_and_the_text_says_so(v3: Agent) -> None:
    error = refusal(replace(v3, privacy_word="wrong-wrong", read_timeout=0.3))
    assert error.kind == "unreachable"
    assert "privacy word" in str(error)


def test_an_agent_that_is_off_and_a_host_that_is_none_are_unreachable() -> None:
    assert refusal(Agent("127.0.0.1", free_port(), community="a", read_timeout=0.2)).kind == "unreachable"
    assert refusal(Agent("no.such.host.invalid", community="a")).kind == "unreachable"


def test_rubbish_is_no_answer(rubbish: int) -> None:
    error = refusal(Agent("127.0.0.1", rubbish, community="a", read_timeout=0.2))
    assert error.kind in ("unreachable", "invalid")


def test_words_that_are_too_short_or_missing_are_refused(v3: Agent) -> None:
    assert refusal(replace(v3, auth_word="short")).kind == "invalid"
    assert refusal(Agent("127.0.0.1")).kind == "invalid"


def test_an_agent_that_stops_answering_in_the_middle_is_unreachable(snmpd: RealSnmpd, v2c: Agent) -> None:
    snmpd.pause()
    try:
        assert refusal(replace(v2c, read_timeout=0.3)).kind == "unreachable"
    finally:
        snmpd.resume()
    assert told(snmp_host.inventory, v2c).inventory


def test_what_the_agent_does_not_have_is_none(v2c: Agent) -> None:
    async def question(agent: Agent) -> tuple[object, ...]:
        async with session(agent) as asked:
            return *await asked.get("1.3.6.1.4.1.99999.1.0"), await asked.column("1.3.6.1.4.1.99999.2")

    assert told(question, v2c) == (None, {})


def test_several_agents_are_asked_at_once(v2c: Agent, v3: Agent) -> None:
    asks = {
        number: lambda agent=agent: snmp_host.inventory(agent) for number, agent in enumerate([v2c, v3] * 5)
    }
    answers = gather(asks)
    assert all(isinstance(answer, Reading) for answer in answers.values())


def test_one_user_with_other_words_on_other_agents_is_told_apart(v3: Agent) -> None:
    wrong = replace(v3, auth_word="wrong-wrong")
    asks = {n: partial(snmp_host.inventory, agent) for n, agent in enumerate([v3, wrong, v3, wrong])}
    answers = gather(asks, at_once=4)
    assert [isinstance(answers[n], Reading) for n in range(4)] == [True, False, True, False]


def test_agents_of_several_communities_are_told_apart(v2c: Agent) -> None:
    wrong = replace(v2c, community="wrong", read_timeout=0.3)
    asks = {n: partial(snmp_host.inventory, agent) for n, agent in enumerate([v2c, wrong, v2c, wrong])}
    answers = gather(asks, at_once=4)
    assert [isinstance(answers[n], Reading) for n in range(4)] == [True, False, True, False]


def test_a_session_outside_a_sweep_leaves_nothing_behind(v2c: Agent) -> None:
    assert asyncio.run(snmp_host.inventory(v2c)).inventory


@pytest.mark.parametrize(
    ("said", "meant"), [(0, 0), (2**31 - 1, 2**31 - 1), (-1, 2**32 - 1), (-(2**31), 2**31)]
)
def test_a_size_that_ran_into_its_sign_is_read_as_it_was_meant(said: int, meant: int) -> None:
    assert snmp_volumes.unsigned(said) == meant


def rows(*volumes: tuple[str, int, int, int]) -> list[dict[str, int | bytes]]:
    numbered = [(str(number), *volume) for number, volume in enumerate(volumes, start=1)]
    return [
        {row: b"1.3.6.1.2.1.25.2.1.4" for row, *_ in numbered},
        {row: mount.encode() for row, mount, *_ in numbered},
        {row: unit for row, _, unit, _, _ in numbered},
        {row: size for row, _, _, size, _ in numbered},
        {row: used for row, _, _, _, used in numbered},
    ]


def test_a_volume_of_12_terabytes_in_units_of_4_kilobytes_has_its_size() -> None:
    size = 12 * 2**40 // 4096
    (volume,), _, notes = snmp_volumes._volumes(rows(("/data", 4096, size - 2**32, 1000)), set())
    assert (volume.total, notes) == (12 * 2**40, [])


def test_a_volume_with_more_used_than_there_is_is_left_out_and_told() -> None:
    found, _, notes = snmp_volumes._volumes(rows(("/data", 4096, 1000, 2000)), set())
    assert found == []
    assert "does not fit" in notes[0]


def test_read_only_media_and_memory_file_systems_are_no_volumes() -> None:
    listed = rows(("/", 1, 100, 10), ("/media/cd", 1, 50, 50), ("/run/lock", 1, 9, 1), ("/empty", 1, 0, 0))
    found, _, _ = snmp_volumes._volumes(listed, {"2"})
    assert [volume.mount for volume in found] == ["/"]


def test_a_bind_mount_counts_once_at_its_shortest_place() -> None:
    found = snmp_volumes.once(
        [
            Volume("/srv/www/data", 100, 40),
            Volume("/data", 100, 40),
            Volume("/a", 100, 0),
            Volume("/b", 100, 0),
        ]
    )
    assert [volume.mount for volume in found] == ["/a", "/b", "/data"]


def test_windows_volumes_are_named_by_their_letter() -> None:
    assert snmp_volumes.mount_of("C:\\ Label:System  Serial Number 1a2b3c4d") == "C:\\"
