"""Do we put manifests together as kustomize does, and never pass over what we do not know?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.kustomized import kustomized

SAMPLE = Path(__file__).parent / "sample"
UNKNOWN = (
    ("namespace: own", "namePrefix: own-", "namePrefix: not known here"),
    ("kind: Deployment, name: page}", "kind: Deployment, name: pages}", "no Deployment is named pages"),
    ("target: {kind:", "target: {group: apps, kind:", "a target by group: not known here"),
    ("- op: replace", "- op: remove", "remove /spec/template/spec/containers/0/env/0: not known here"),
    ("path: /spec/selector", "path: /spec/selektor", "replace /spec/selektor: not known here"),
    ("newName: registry", "digest: registry", "images by digest: not known here"),
)


def by_name(documents: Any) -> dict[tuple[str, str], Any]:
    return {(each["kind"], each["metadata"]["name"]): each for each in documents}


def test_a_sample_is_what_kustomize_makes_of_it() -> None:
    wanted = by_name(yaml.safe_load_all((SAMPLE / "made_by_kustomize.yaml").read_text()))
    assert by_name(kustomized(SAMPLE / "overlay")) == wanted


@pytest.mark.parametrize(("old", "new", "said"), UNKNOWN)
def test_what_is_not_known_is_an_error(old: str, new: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    file = tmp_path / "sample" / "overlay" / "kustomization.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=said):
        kustomized(file.parent)
