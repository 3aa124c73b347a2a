"""From a board to Grafana's JSON, by Grafana's own typed library (grafana-foundation-sdk 0.0.21)."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from metrics.dashboards.board import Board, Panel, Query, Variable
from metrics.declared import BY_NAME

#: The variable by which a viewer chooses among several Prometheus.
SOURCE = common_model.DataSourceRef(type_val="prometheus", uid="${datasource}")
COLUMNS = 24


def build(board: Board) -> str:
    """The JSON text of a dashboard, the same each time."""
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(_dashboard(board)) + "\n"


def _dashboard(board: Board) -> model.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["tickworks"])
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    for variable in board.variables:
        made = made.with_variable(_variable(variable))
    x = y = 0
    row = 0
    for number, panel in enumerate(board.panels, 1):
        if x + panel.width > COLUMNS:
            x, y, row = 0, y + row, 0
        place = model.GridPos(h=panel.height, w=panel.width, x=x, y=y)
        made = made.with_panel(_panel(panel).id(number).grid_pos(place))
        x, row = x + panel.width, max(row, panel.height)
    return made.build()


def _variable(variable: Variable) -> Any:
    made = (
        dashboard.QueryVariable(variable.name)
        .label(variable.label)
        .datasource(SOURCE)
        .query(f"label_values({BY_NAME[variable.metric].full_name}, {variable.name})")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
    )
    return made.multi(True).include_all(True) if variable.several else made


def _panel(panel: Panel) -> Any:
    made = _KINDS[panel.kind]()
    made = made.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    if panel.kind == "figure":
        made = made.thresholds(_thresholds(panel.bad))
        made = made.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    for letter, query in zip("ABCDEF", panel.queries, strict=False):
        made = made.with_target(_target(query, letter, panel))
    return made


def _target(query: Query, letter: str, panel: Panel) -> Any:
    made = prometheus.Dataquery().expr(query.expr).ref_id(letter).datasource(SOURCE)
    if query.legend:
        made = made.legend_format(query.legend)
    if panel.kind == "table":
        made = made.format(PromQueryFormat.TABLE)
    return made.instant() if panel.kind in ("figure", "table") else made.range()


def _thresholds(bad: float | None) -> Any:
    steps = [model.Threshold(value=None, color="green")]
    if bad is not None:
        steps.append(model.Threshold(value=bad, color="red"))
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _graph() -> Any:
    legend = common.VizLegendOptions().show_legend(True)
    return timeseries.Panel().min(0).legend(legend)


_KINDS: dict[str, Any] = {
    "graph": _graph,
    "figure": stat.Panel,
    "table": table.Panel,
    "timeline": statetimeline.Panel,
}
