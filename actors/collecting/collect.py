"""One turn of Files Collector: every collector's folder, one file after the other."""

from __future__ import annotations

from pathlib import Path

from actors.collecting.collector import Collector, enabled
from actors.collecting.finding import look
from actors.collecting.reading import Turn, put_away, read
from actors.context import Context
from actors.outcome import Outcome


def collect(context: Context, turn_seconds: float) -> Outcome:
    """Read what is finished, oldest files first, until `turn_seconds` are over: others of the group wait.

    Counts: ``files`` read to their end, ``legs``, ``bad`` rows, ``repeated``, ``quarantined``, ``growing``.
    """
    turn, troubles = Turn(context, turn_seconds), list[str]()
    ended_early = False
    for collector in enabled(context.log_folder.parent):
        if ended_early or turn.is_over():
            ended_early = True
            break
        try:
            ended_early = _collect(turn, collector, troubles)
        except OSError as error:
            troubles.append(
                f"{collector.name}: {error.strerror or error}: {error.filename or collector.folder}"
            )
    for text in troubles:
        context.log.warning(text)
    said = [*troubles[:3], *(["the rest waits for the next turn"] if ended_early else [])]
    return Outcome("partial" if said else "done", dict(turn.counts), "; ".join(said))


def _collect(turn: Turn, collector: Collector, troubles: list[str]) -> bool:
    """True: the turn ended before the last file."""
    if not collector.folder.is_dir():
        troubles.append(f"{collector.name}: there is no folder {collector.folder}")
    looked = look(collector, turn.now, turn.check)
    turn.counts["growing"] += looked.growing
    for waiting in looked.to_put_away:
        put_away(turn, collector, waiting, waiting.known.state, troubles.append)
    for waiting in looked.to_read:
        if turn.is_over():
            return True
        state = read(turn, collector, waiting)
        if state is None:
            return True
        turn.counts["files" if state == "loaded" else state] += 1
        if state == "quarantined":
            _tell(turn, collector, waiting.known.id, waiting.path)
        put_away(turn, collector, waiting, state, troubles.append)
    return False


def _tell(turn: Turn, collector: Collector, file_id: int, path: Path) -> None:
    from store import database, event
    from store.call_file import listed

    found = listed.one(database.read(), file_id)
    why = found["text"] if found else ""
    now = turn.now
    database.write(
        lambda tx: event.add(
            tx,
            at=now,
            type="message",
            severity="warning",
            sender=turn.context.service.name,
            text=f"{collector.name}: the file {path.name} is in quarantine: {why}",
            tags=("calls",),
            data={"file": file_id},
            key=f"call_file:{file_id}:{now:.0f}",
        )
    )
