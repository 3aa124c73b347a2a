"""All dashboards, and the files that Grafana reads them from."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from metrics.dashboards import exporter, jobs, nodes, overview, run_groups, service
from metrics.dashboards.board import Board

BOARDS: tuple[Board, ...] = (
    overview.BOARD,
    service.BOARD,
    run_groups.BOARD,
    nodes.BOARD,
    jobs.BOARD,
    exporter.BOARD,
)


def text(board: Board) -> str:
    """The JSON of one dashboard. ModuleNotFoundError without the extra ``dashboards``."""
    with warnings.catch_warnings():
        # It would rather have the second form of dashboards, which Grafana before 12 cannot read.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Only whoever makes dashboards has Grafana's library installed.
        from metrics.dashboards.build import build

    return build(board)


def _maker(board: Board) -> Callable[[], str]:
    return lambda: text(board)


#: File name -> what makes its text.
FILES: dict[str, Callable[[], str]] = {board.file: _maker(board) for board in BOARDS}
