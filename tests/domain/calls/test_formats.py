"""Does each format give the legs that its rows say, and tell of each wrong row by its line?"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.calls.formats.known import FORMATS, reader
from domain.calls.formats.made import Read
from domain.calls.formats.own import COLUMNS, text_of
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLeg, Status

BERLIN = ZoneInfo("Europe/Berlin")
AT = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp())
HEAD = ",".join(COLUMNS)

FREESWITCH = (
    '"Anna","1001","442079460000","default","2026-11-20 11:00:00","2026-11-20 11:00:04",'
    '"2026-11-20 11:01:04","64","60","NORMAL_CLEARING","0f9c6a7e-0001","1aa2-0001","acme","PCMA","PCMA"'
)
FREESWITCH_BUSY = (
    '"","1001","442079460001","default","2026-11-20 11:00:00","","2026-11-20 11:00:09","9","0",'
    '"USER_BUSY","0f9c6a7e-0002","","acme","PCMA","PCMA"'
)
ASTERISK = (
    '"acme","1001","442079460000","from-internal","""Anna, A."" <1001>","SIP/anna-0000000a",'
    '"SIP/vendor-1-0000000b","Dial","SIP/vendor-1/442079460000,60","2026-11-20 11:00:00",'
    '"2026-11-20 11:00:04","2026-11-20 11:01:04",64,60,"ANSWERED","DOCUMENTATION"'
)
RADIUS = """Fri Nov 20 10:01:05 2026
\tAcct-Session-Id = "00000A7F"
\tCalling-Station-Id = "4930111"
\tCalled-Station-Id = "442079460000"
\tUser-Name = "acme"
\tAcct-Status-Type = Stop
\tCisco-AVPair = "h323-incoming-conf-id=1 2 3 4"
\th323-call-origin = "h323-call-origin=answer"
\th323-conf-id = "h323-conf-id=02102944 600a1899 3fd61009 0e2f3cc5"
\th323-setup-time = "h323-setup-time=10:00:00.000 UTC Fri Nov 20 2026"
\th323-connect-time = "h323-connect-time=10:00:04.120 UTC Fri Nov 20 2026"
\th323-disconnect-time = "h323-disconnect-time=*10:01:04.000 UTC Fri Nov 20 2026"
\th323-disconnect-cause = "h323-disconnect-cause=10"
\th323-remote-address = "h323-remote-address=192.0.2.7"
\tAcct-Session-Time = 60
\tAcct-Delay-Time = 0
\tNAS-IP-Address = 192.0.2.1
\tTimestamp = 1795168865

"""


def read(format: str, text: str, zone: ZoneInfo = BERLIN, line: int = 1) -> Read:
    return reader(format, zone, Order(), text.partition("\n")[0].removeprefix("\ufeff")).read(text, line)


def common(*rows: dict[str, object]) -> str:
    lines = [",".join(str(row.get(name, "")) for name in COLUMNS) for row in rows]
    return "\n".join([HEAD, *lines]) + "\n"


def call(number: object = 1, **values: object) -> dict[str, object]:
    said = {"session_id": f"s{number}", "orig_host": "192.0.2.1", "src": "4930", "dst": "4420"}
    return {**said, "setup_at": AT, "connect_at": AT + 4, "disconnect_at": AT + 64, "duration": 60, **values}


def reasons(found: Read) -> list[tuple[int, str]]:
    return [(bad.line, bad.reason) for bad in found.bad]


def test_a_row_of_the_common_format_has_two_sides() -> None:
    found = read(
        "common",
        common(
            call(
                orig_id="anna",
                term_host="192.0.2.9",
                term_id="trunk",
                dst_out="0044",
                pdd_ms=900,
                pin="42",
                tags="b a",
                cause=16,
            )
        ),
    )
    leg = RawLeg(
        "s1", "s1", "orig", Status.ANSWERED, 16, AT, AT + 4, 60, 900, 4000, "4930", "4420", "192.0.2.1"
    )
    orig = leg._replace(name="anna", pin="42", tags=("a", "b"))
    assert list(found.legs) == [
        orig,
        orig._replace(origin="term", dst="0044", host="192.0.2.9", name="trunk"),
    ]


@pytest.mark.parametrize(
    ("stamps", "at"),
    [
        ({"setup_at": AT, "connect_at": AT + 4, "disconnect_at": AT + 64}, AT + 4),
        ({"setup_at": AT * 1000, "connect_at": f"{AT + 4}.25", "disconnect_at": AT + 64}, AT + 4),
        ({"setup_at": "2026-11-20T10:00:00Z", "connect_at": "2026-11-20 11:00:04+01:00"}, AT + 4),
        ({"setup_at": "2026-11-20 11:00:00", "connect_at": "2026-11-20 11:00:04"}, AT + 4),
        ({"setup_at": "2026-11-20T10:00:00Z", "connect_at": "2026-11-20T10:00:04Z"}, AT + 4),
        (
            {"setup_at": "2026-11-20 11:00:00.5", "connect_at": "", "disconnect_at": "2026-11-20T11:01:04"},
            AT + 4,
        ),
    ],
    ids=["epoch", "milliseconds", "offset", "local", "zulu", "by the end"],
)
def test_stamps_are_read_in_each_way(stamps: dict[str, object], at: int) -> None:
    [leg] = read("common", common(call(**{"disconnect_at": "", **stamps}))).legs
    assert (leg.at, leg.volume) == (at, 60)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"session_id": ""}, "it has no session id"),
        ({"duration": -1}, "its duration is negative"),
        ({"duration": 86_401, "disconnect_at": ""}, "it lasts longer than 24 hours"),
        ({"duration": "x"}, "duration is 'x': expected a whole number"),
        ({"disconnect_at": AT - 10}, "it ends before it begins"),
        ({"connect_at": AT - 10}, "it is answered before it is set up"),
        (
            {"setup_at": 0, "connect_at": ""},
            "setup_at is in the year 1970: the clock of the gateway is wrong",
        ),
        (
            {"setup_at": "2100-01-02 00:00:00"},
            "setup_at is in the year 2100: the clock of the gateway is wrong",
        ),
        ({"setup_at": "20.11.2026"}, "setup_at is '20.11.2026': expected such as 2026-11-22 00:53:11"),
        ({"setup_at": "2026-02-30 10:00:00"}, "setup_at is '2026-02-30 10:00:00': expected such as"),
        ({"status": "maybe"}, "status is 'maybe'"),
        ({"origin": "left"}, "origin is 'left'"),
        ({"cause": 10**40}, f"cause is '1{'0' * 36}…': expected a whole number"),
    ],
)
def test_a_wrong_row_is_told_and_its_neighbours_are_read(values: dict[str, object], reason: str) -> None:
    found = read("common", common(call(1), call(2, **values), call(3)))
    assert [(line, said[: len(reason)]) for line, said in reasons(found)] == [(3, reason)]
    assert [leg.session for leg in found.legs] == ["s1", "s3"]


def test_an_unanswered_call_is_kept_with_why_it_ended() -> None:
    rows = [
        call(1, status="busy", connect_at="", duration=0),
        call(2, connect_at="", duration=0, cause=34),
        call(3, connect_at="", duration=0, cause=487),
        call(4, connect_at="", duration=0, cause=1),
        call(5, connect_at="", duration=0),
    ]
    legs = list(read("common", common(*rows)).legs)
    expected = [Status.BUSY, Status.CONGESTION, Status.CANCELLED, Status.FAILED, Status.FAILED]
    assert [leg.status for leg in legs] == expected
    assert {(leg.at, leg.volume) for leg in legs} == {(AT, 0)}
    assert legs[0].cause == 17


def test_a_mark_at_the_beginning_and_a_header_again_are_no_rows() -> None:
    text = "\ufeff" + common(call(1)) + HEAD + "\n\n" + common(call(2)).partition("\n")[2]
    found = read("common", text.replace("\n", "\r\n"))
    assert [leg.session for leg in found.legs] == ["s1", "s2"]
    assert not found.bad


def test_columns_may_stand_in_any_order_and_others_are_passed_over() -> None:
    text = 'DST,note,setup_at,src,session_id,duration\n4420,"a, b",2026-11-20 11:00:00,4930,s1,0\n'
    [leg] = read("common", text).legs
    assert (leg.session, leg.dst, leg.at) == ("s1", "4420", AT)


@pytest.mark.parametrize(
    "head", ["a,b", "session_id,src,dst,setup_at", "session_id,src,dst,dst,setup_at,duration"]
)
def test_a_header_that_says_too_little_is_refused(head: str) -> None:
    with pytest.raises(ValueError, match="header"):
        read("common", head + "\n")


def test_a_block_goes_on_with_the_lines_of_its_file() -> None:
    made = reader("common", BERLIN, Order(), HEAD)
    made.read(common(call(1)), 1)
    found = made.read("nonsense\n", 400)
    assert reasons(found) == [(400, "it has 1 columns: expected 21")]


def test_random_damage_never_loses_a_row_that_is_whole() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(60):
        lines = common(*map(call, range(40))).rstrip("\n").split("\n")
        hurt = set(chance.sample(range(1, 41), 5))
        for at in hurt:
            place = chance.randrange(len(lines[at]))
            lines[at] = (
                lines[at][:place] + chance.choice(['"', "\0", ",", ',"', "\n", "😀"]) + lines[at][place:]
            )
        found = read("common", "\n".join(lines) + "\n")
        whole = {f"s{at - 1}" for at in range(1, 41) if at not in hurt}
        assert whole <= {leg.session for leg in found.legs}


def test_a_row_of_freeswitch() -> None:
    found = read("freeswitch", FREESWITCH + "\n" + FREESWITCH_BUSY + "\n")
    one, other = found.legs
    assert one == RawLeg(
        *("0f9c6a7e-0001", "0f9c6a7e-0001", "orig", Status.ANSWERED, 16, AT, AT + 4, 60, 0, 4000),
        *("1001", "442079460000", "", "acme"),
    )
    assert (other.status, other.cause, other.at, other.volume) == (Status.BUSY, 17, AT, 0)


def test_freeswitch_writes_quotes_in_names_as_they_are() -> None:
    found = read("freeswitch", FREESWITCH.replace('"Anna"', '"An"na"') + "\n" + FREESWITCH_BUSY + "\n")
    assert [leg.session for leg in found.legs][-1] == "0f9c6a7e-0002"
    lines = FREESWITCH.replace("Anna", 'say ""hi""') + "\n" + FREESWITCH.replace("Anna", "An\nna") + "\n"
    assert len(read("freeswitch", lines).legs) == 2


@pytest.mark.parametrize("more", ["", ',"1795168800.1"', ',"1795168800.1","more"'], ids=["16", "17", "18"])
def test_a_row_of_asterisk_has_two_sides_with_and_without_its_last_columns(more: str) -> None:
    one, other = read("asterisk", ASTERISK + more + "\n").legs
    assert (one.origin, one.name, one.src, one.dst, one.at, one.volume) == (
        *("orig", "acme", "1001", "442079460000"),
        *(AT + 4, 60),
    )
    assert (other.origin, other.name, other.session) == ("term", "vendor-1", one.session)


def test_asterisk_says_how_a_call_ended() -> None:
    text = (
        ASTERISK.replace("ANSWERED", "NO ANSWER")
        .replace('"2026-11-20 11:00:04"', '""')
        .replace(",64,60,", ",64,0,")
    )
    [one, _] = read("asterisk", text + "\n").legs
    assert (one.status, one.cause, one.volume, one.at) == (Status.NO_ANSWER, 19, 0, AT)


def test_a_record_of_radius_is_one_leg() -> None:
    [leg] = read("radius_detail", RADIUS).legs
    assert leg == RawLeg(
        *(
            "02102944 600a1899 3fd61009 0e2f3cc5",
            "00000A7F",
            "orig",
            Status.ANSWERED,
            16,
            AT,
            AT + 4,
            60,
            0,
            4000,
        ),
        *("4930111", "442079460000", "192.0.2.7", "acme"),
    )


def test_of_radius_only_a_stop_is_a_call_and_a_torn_record_is_told() -> None:
    start = RADIUS.replace("= Stop", "= Start")
    torn = RADIUS[: RADIUS.index("h323-setup-time") + 20] + "\n"
    far = RADIUS.replace("answer", "originate").replace("00000A7F", "00000A80")
    found = read("radius_detail", start + torn + far, line=1)
    assert [(leg.leg, leg.origin) for leg in found.legs] == [("00000A80", "term")]
    assert [(bad.line, bad.reason[:15]) for bad in found.bad] == [(20, "'h323-setup-tim")]


def test_radius_without_cisco_attributes_goes_by_its_own_clock() -> None:
    text = "\n".join(line for line in RADIUS.split("\n") if "h323" not in line)
    [leg] = read("radius_detail", text).legs
    assert (leg.session, leg.at, leg.volume, leg.host) == ("00000A7F", 1795168805, 60, "192.0.2.1")


def autumn(clock: str, **values: object) -> dict[str, object]:
    """A call of a minute whose end is said in Berlin's clock of the night of the change."""
    end = datetime.fromisoformat(f"2026-10-25 {clock}")
    begun = datetime.fromtimestamp(end.replace(tzinfo=UTC).timestamp() - 60, UTC)
    said = f"{begun:%Y-%m-%d %H:%M:%S}"
    return call(setup_at=said, connect_at=said, disconnect_at=str(end), **values)


def test_the_hour_that_comes_twice_is_settled_by_the_order_of_the_file() -> None:
    clocks = ["01:50:00", "02:10:00", "02:40:00", "02:35:00", "02:59:00", "02:05:00", "02:58:00", "03:05:00"]
    rows = [{**autumn(clock), "session_id": clock} for clock in clocks]
    ends = [leg.at + leg.volume for leg in read("common", common(*rows)).legs]
    hours = [f"{datetime.fromtimestamp(end, UTC):%H:%M}" for end in ends]
    assert hours == ["23:50", "00:10", "00:40", "00:35", "00:59", "01:05", "01:58", "02:05"]


def test_one_stamp_with_a_single_meaning_settles_the_others() -> None:
    values = {"setup_at": "2026-10-25 02:58:00", "connect_at": "2026-10-25 02:58:00"}
    [leg] = read("common", common(call(**values, disconnect_at="2026-10-25 03:00:00", duration=120))).legs
    assert datetime.fromtimestamp(leg.at, UTC).hour == 1
    [leg] = read("common", common(call(**values, disconnect_at="2026-10-25 03:00:00", duration=3720))).legs
    assert datetime.fromtimestamp(leg.at, UTC).hour == 0


def test_the_order_goes_on_from_block_to_block() -> None:
    made = reader("common", BERLIN, Order(), HEAD)
    for clock in ("02:50:00", "02:10:00"):
        made.read(common(autumn(clock)), 1)
    [leg] = made.read(common(autumn("02:45:00")), 4).legs
    assert f"{datetime.fromtimestamp(leg.at, UTC):%H:%M}" == "01:44"


@pytest.mark.parametrize("format", FORMATS)
def test_noise_is_never_an_error_of_ours(format: str) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    head = HEAD if format == "common" else ""
    for _ in range(200):
        text = "".join(chance.choice('",\n\t =:-0129aZ\0é"') for _ in range(chance.randrange(400)))
        found = reader(format, BERLIN, Order(), head).read(text, 1)
        assert found.rows >= len(found.bad)


def test_our_own_writer_is_read_back() -> None:
    row = [call().get(name) for name in COLUMNS]
    text = "".join(text_of([row]))
    assert [leg.session for leg in read("common", text).legs] == ["s1"]
    with pytest.raises(ValueError, match="no plain row"):
        list(text_of([["a,b", *row[1:]]]))
