"""What the overlays say once kustomize has put them together."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.kustomized import kustomized

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("small", "production")
#: Kinds that are not the cluster's own.
CUSTOM = {"ScaledObject", "PrometheusRule", "ServiceMonitor"}


@cache
def built(overlay: str) -> tuple[dict[str, Any], ...]:
    """All documents of an overlay."""
    return tuple(kustomized(FOLDER / "overlays" / overlay))


def written() -> list[tuple[Path, dict[str, Any]]]:
    """All documents as they stand in the files, without those that only tell kustomize what to do."""
    paths = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")
    return [(path, each) for path in paths for each in yaml.safe_load_all(path.read_text())]


def of_kind(overlay: str, kind: str) -> dict[str, dict[str, Any]]:
    """The documents of a kind, by name."""
    return {each["metadata"]["name"]: each for each in built(overlay) if each["kind"] == kind}


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    """The one container of a Deployment or Job."""
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = only
    return found
