"""What a page that was away for a while must swap in."""

from __future__ import annotations

from web.live.picture import Picture, Track


def picture(layout: str = "same", **parts: str) -> Picture:
    return Picture("table", parts, lambda mark: f"<div>{' '.join(parts)} {mark}</div>", layout)


def shown(track: Track, mark: str) -> str:
    return " ".join(html for _, html in track.changes(mark))


def test_only_what_has_changed_is_sent() -> None:
    track = Track("a")
    track.show(picture(one="1", two="2"))
    seen = track.mark
    track.show(picture(one="1", two="22"))
    assert [html for _, html in track.changes(seen)] == [
        '<hx-partial hx-target="#two" hx-swap="outerMorph">22</hx-partial>'
    ]


def test_nothing_is_sent_while_nothing_changes() -> None:
    track = Track("a")
    track.show(picture(one="1"))
    assert not track.show(picture(one="1"))
    assert track.changes(track.mark) == []


def test_a_row_that_comes_or_goes_sends_the_table() -> None:
    track = Track("a")
    track.show(picture("x", one="1"))
    seen = track.mark
    track.show(picture("y", one="1", two="2"))
    assert shown(track, seen) == (
        f'<hx-partial hx-target="#table" hx-swap="outerHTML"><div>one two {track.mark}</div></hx-partial>'
    )


def test_a_page_of_another_process_gets_the_table() -> None:
    """After a restart of the server its mark means nothing here."""
    track = Track("b")
    track.show(picture(one="1"))
    assert "<div>one" in shown(track, "a.7")
    assert "<div>one" in shown(track, "")
    assert "<div>one" in shown(track, "b.x")


def test_the_last_mark_is_where_to_go_on() -> None:
    track = Track("a")
    track.show(picture(one="1", two="2"))
    seen = track.mark
    track.show(picture(one="11", two="2"))
    track.show(picture(one="11", two="22"))
    sent = track.changes(seen)
    assert len(sent) == 2
    assert track.changes(sent[-1][0]) == []


def test_what_stands_beside_the_table_is_said_once() -> None:
    track = Track("a")
    track.show(picture(one="1"))
    seen = track.mark
    assert track.say("away", "<p>gone</p>")
    assert not track.say("away", "<p>gone</p>")
    assert "<p>gone</p>" in shown(track, seen)
