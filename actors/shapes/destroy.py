"""The destroying half of a mirror sync: what is gone there goes here, slowly and with a way back.

def remove(context: Context, options: Options) -> Outcome:
    return destroy(context, "ad", "users", archive_user, bounds=Bounds(options.max_per_run))

It only reports until an operator switches the step on (page *Held*, ``tickworks site destroy``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actors.context import Context
from actors.outcome import Outcome
from domain.effects.destroy import Bounds, Doomed, chosen, is_proved

#: Does it, and says how it comes back: an undo, or where its archive is.
Destroyer = Callable[[Doomed], str]


def destroy(
    context: Context, source: str, kind: str, destroyer: Destroyer, *, bounds: Bounds | None = None
) -> Outcome:
    """Destroy what two complete reads of this service's mirror, 24 hours apart, have both missed.

    At most so many as the bounds allow go in one run. One that fails does not stop the others.
    Raises TypeError outside a step: the switch is the step's.
    """
    from store import database, mirror

    step = context.current_step
    if step is None:
        raise TypeError("destroy() runs within a step of the service: declare a Task with effect='destroy'")
    doomed, total = mirror.doomed(database.read(), context.service.name, source, kind)
    some = chosen(doomed, total, bounds or Bounds())
    counts: dict[str, int | float] = {"absent": len(doomed), "proved": sum(map(is_proved, doomed))}
    if not context.may_destroy(step):
        for each in some:
            _report(context, step, each)
        return Outcome("done", {**counts, "reported": len(some)}, "it only reports" if some else "")
    destroyed, held, failed = 0, 0, 0
    for each in some:
        if context.stopping():
            break
        if not context.act("destroy", f"Destroy {each.what}", key=each.key, object=each.object):
            held += 1
        elif _destroy(context, step, each, destroyer, (source, kind)):
            destroyed += 1
        else:
            failed += 1
    counts |= {"destroyed": destroyed, "held": held, "failed": failed}
    if failed:
        return Outcome("partial" if destroyed else "failed", counts, f"{failed} could not be destroyed")
    return Outcome("done" if destroyed + held == len(some) else "partial", counts)


def _report(context: Context, step: str, each: Doomed) -> None:
    from store import database, destruction

    service, now = context.service, context.now.timestamp()
    context.log.info("would destroy", what=each.what, key=each.key)
    database.write(
        lambda tx: destruction.reported(tx, service.family, service.name, step, context.run_id, each, now)
    )


def _destroy(context: Context, step: str, each: Doomed, destroyer: Destroyer, of: tuple[str, str]) -> bool:
    from store import database, destruction, mirror

    service, now = context.service, context.now.timestamp()
    undo, error = None, None
    try:
        undo = destroyer(each)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
        context.log.error("not destroyed", what=each.what, error=error)

    def note(tx: Any) -> None:
        more = {"undo": undo, "error": error}
        destruction.ended(tx, service.family, service.name, step, context.run_id, each, now, **more)
        if error is None:
            mirror.forget(tx, *of, each.object or "")

    database.write(note)
    return error is None
