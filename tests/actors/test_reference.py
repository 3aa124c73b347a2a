"""Is the page of services up to date, and does it say what it must?"""

from __future__ import annotations

from pathlib import Path

import actors
from actors.catalogue import load
from actors.lookup import Catalogue
from actors.reference import markdown
from actors.service import Service, Task, legacy, planned
from domain.time.rule import Periodic

PAGE = Path(actors.__file__).parent.parent / "docs" / "services.md"


def test_the_page_in_the_tree_is_the_catalogues() -> None:
    assert PAGE.read_text() == markdown(load()), "run: python -m actors.reference > docs/services.md"


def test_a_service_has_a_row_and_its_task_lines() -> None:
    page = _page(
        Service(
            name="nightly",
            title="Nightly | Work",
            schedule=Periodic(minutes=5, align=2),
            roles=("master", "spare"),
            instances="each",
            run_groups=("stats",),
            description="Does the night's work.",
            tasks=(Task("Sweep", effect="destroy", subtasks=("Floor", "Stairs")), Task("Lock")),
        )
    )
    row = next(line for line in page.splitlines() if "`nightly`" in line)
    assert row.startswith("| Nightly \\| Work | `nightly` | periodic |")
    assert row.endswith("| each of master, spare | stats | core | live |")
    assert (
        "Does the night's work.\n\n1. Sweep *(destroy)*\n   - 1.1 Floor\n   - 1.2 Stairs\n2. Lock\n" in page
    )


def test_planned_and_legacy_services_say_so() -> None:
    page = _page(planned(name="soon", title="Soon"), legacy(name="once", title="Once", replaced_by=("Soon",)))
    assert "2 services: 1 planned, 1 legacy." in page
    assert "| core | planned |" in page
    assert "| core | legacy |" in page
    assert "Replaced by Soon." in page


def _page(*services: Service) -> str:
    return markdown(Catalogue({service.name: service for service in services}))
