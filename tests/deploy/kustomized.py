"""What kustomize makes of a folder, for the part of it that our manifests use.

No registry has kustomize at a version that fits all machines, and a test that only some machines run
proves little. What stands in a ``kustomization.yaml`` and is not known here is an error, never passed
over; `sample/` holds each thing that is known, with what kustomize 5.5 makes of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
KNOWN = {
    *("apiVersion", "kind", "resources", "components", "namespace", "nameSuffix", "labels", "replicas"),
    *("images", "patches"),
}
#: Kinds that select pods by labels: where.
SELECTS = {"Deployment": ("selector", "matchLabels"), "PodDisruptionBudget": ("selector", "matchLabels")}


def kustomized(folder: Path) -> list[Document]:
    """The documents of a folder, in the order in which they are named.

    Raises ValueError for what is not known here or matches nothing.
    """
    told = yaml.safe_load((folder / "kustomization.yaml").read_text())
    if unknown := told.keys() - KNOWN:
        raise ValueError(f"{folder.name}: {', '.join(sorted(unknown))}: not known here")
    named = [*told.get("resources", ()), *told.get("components", ())]
    made = [each for name in named for each in _documents(folder / name)]
    # Patches first, then names: a target is known by what it was called in the folders below.
    for patch in told.get("patches", ()):
        _patch(made, patch)
    for each in made:
        if "namespace" in told:
            each["metadata"]["namespace"] = told["namespace"]
        each["metadata"]["name"] += told.get("nameSuffix", "")
        for label in told.get("labels", ()):
            _label(each, label)
        for image in told.get("images", ()):
            _image(each, image)
    for replicas in told.get("replicas", ()):
        (found,) = _targets(made, {"kind": "Deployment", "name": replicas["name"]})
        found["spec"]["replicas"] = replicas["count"]
    return made


def _documents(path: Path) -> list[Document]:
    return kustomized(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))


def _targets(made: list[Document], target: dict[str, str]) -> list[Document]:
    if unknown := target.keys() - {"kind", "name"}:
        raise ValueError(f"a target by {', '.join(sorted(unknown))}: not known here")
    found = [
        each
        for each in made
        if each["kind"] == target["kind"] and re.fullmatch(target["name"], each["metadata"]["name"])
    ]
    if not found:
        raise ValueError(f"no {target['kind']} is named {target['name']}")
    return found


def _patch(made: list[Document], patch: dict[str, Any]) -> None:
    """A patch of operations (RFC 6902) on each of its targets."""
    for each in _targets(made, patch["target"]):
        for operation in yaml.safe_load(patch["patch"]):
            _operate(each, **operation)


def _operate(inside: Any, op: str, path: str, value: Any) -> None:
    *way, last = path.removeprefix("/").split("/")
    for word in way:
        inside = inside[int(word) if isinstance(inside, list) else word]
    if op == "replace" and isinstance(inside, list):
        inside[int(last)] = value
    elif isinstance(inside, dict) and (op == "add" or (op == "replace" and last in inside)):
        inside[last] = value
    elif op == "add" and last == "-":
        inside.append(value)
    else:
        raise ValueError(f"{op} {path}: not known here")


def _label(each: Document, label: dict[str, Any]) -> None:
    if set(label) != {"pairs", "includeSelectors"} or not label["includeSelectors"]:
        raise ValueError("labels without includeSelectors: not known here")
    if each["kind"] not in SELECTS:
        raise ValueError(f"a label that selects, on a {each['kind']}: not known here")
    places = [each["metadata"].setdefault("labels", {})]
    inside = each["spec"]
    for word in SELECTS[each["kind"]]:
        inside = inside[word]
    places.append(inside)
    if "template" in each["spec"]:
        places.append(each["spec"]["template"]["metadata"]["labels"])
    for place in places:
        place.update(label["pairs"])


def _image(each: Document, image: dict[str, str]) -> None:
    if unknown := image.keys() - {"name", "newName", "newTag"}:
        raise ValueError(f"images by {', '.join(sorted(unknown))}: not known here")
    pod = each.get("spec", {}).get("template", {}).get("spec", {})
    for container in (*pod.get("initContainers", ()), *pod.get("containers", ())):
        if container["image"].split(":")[0] == image["name"]:
            container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"
