"""The page of all services, ``docs/services.md``, made from the catalogue.

``python -m actors.reference > docs/services.md`` writes it anew.
"""

from __future__ import annotations

from itertools import groupby

from actors.catalogue import Catalogue, load
from actors.service import ALL_ROLES, Service, Task
from domain.time.text import describe

INTRODUCTION = """\
# Services

<!-- Made from the catalogue by `python -m actors.reference > docs/services.md`; do not edit. -->

{total} services: {figures}. *Planned* means that the work is not built yet, *legacy* that the source lists
the service but no longer uses it. A service runs on one of the nodes allowed unless it says "each of". The
schedules are the defaults; a site may change them."""
HEADINGS = ("Title", "Name", "Kind", "Schedule", "Nodes", "Run groups", "Profile", "Status")


def markdown(catalogue: Catalogue) -> str:
    """The page as text: for each family a table of its services, then what each one does."""
    parts = [_introduction(catalogue)]
    for family, members in groupby(catalogue.services.values(), key=lambda service: service.family):
        services = list(members)
        parts.append(f"## {_heading(family)}")
        parts.append("\n".join([_row(HEADINGS), _row(["---"] * len(HEADINGS)), *map(_service_row, services)]))
        parts += [_description(service) for service in services]
    return "\n\n".join(parts) + "\n"


def status(service: Service) -> str:
    """``live``, ``planned`` (its work is not built yet) or ``legacy`` (listed, no longer used)."""
    return "legacy" if service.legacy else "planned" if service.planned else "live"


def _introduction(catalogue: Catalogue) -> str:
    services = catalogue.services.values()
    counts = {
        word: sum(status(service) == word for service in services) for word in ("live", "planned", "legacy")
    }
    figures = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return INTRODUCTION.format(total=len(services), figures=figures)


def _heading(family: str) -> str:
    return "DNS" if family == "dns" else family.replace("_", " ").capitalize()


def _service_row(service: Service) -> str:
    timed = service.kind in ("periodic", "fixed_time")
    cells = (
        service.title,
        f"`{service.name}`",
        "" if service.legacy else service.kind.replace("_", " "),
        describe(service.schedule) if timed else "",
        "" if service.legacy else _nodes(service),
        ", ".join(service.run_groups),
        service.profile,
        status(service),
    )
    return _row(cells)


def _nodes(service: Service) -> str:
    roles = "all roles" if service.roles == ALL_ROLES else ", ".join(service.roles)
    return f"each of {roles}" if service.instances == "each" else roles


def _description(service: Service) -> str:
    lines = [f"**{service.title}**{_aliases(service)}. {service.summary}"]
    if service.replaced_by:
        lines += ["", f"Replaced by {', '.join(service.replaced_by)}."]
    for number, task in enumerate(service.tasks, 1):
        lines += [""] if number == 1 else []
        lines += [f"{number}. {task.title}{_task_notes(task)}"]
        lines += [f"   - {number}.{nth} {title}" for nth, title in enumerate(task.subtasks, 1)]
    return "\n".join(lines)


def _aliases(service: Service) -> str:
    return f" (also {', '.join(service.aliases)})" if service.aliases else ""


def _task_notes(task: Task) -> str:
    notes: list[str] = [] if task.effect == "local" else [task.effect]
    if task.every is not None:
        notes.append(f"at most every {task.every.total_seconds() / 3600:g} h")
    return f" *({', '.join(notes)})*" if notes else ""


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    print(markdown(load()), end="")
