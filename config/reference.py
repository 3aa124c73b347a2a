"""The page of all settings, made from the models: ``python -m config.reference``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from config.given import kind_of
from config.section import Section
from config.service import ServiceDefaults
from config.settings import SECTIONS

PAGE = Path("docs/operating/configuration.md")
_INTRODUCTION = """\
# Configuration

<!-- Made by `python -m config.reference`; do not edit. -->

Nothing needs to be set: an empty or absent file gives every default below. A value is taken from the
last of these that gives it:

1. the default,
2. the file: `--config FILE`, else the one that `TICKWORKS_CONFIG` names, else `tickworks.toml` in the
   current folder,
3. the environment: `TICKWORKS_<SECTION>__<KEY>`, with two underscores between,
4. an option of the command line, such as `--port`,
5. for services, what an operator changed on the page or with `tickworks schedule`, `enable`, ….

`tickworks check` reports all problems at once, one line each, and says where each value comes from.

* A relative path starts at the file's folder, or at the current folder when there is no file.
* A list in the environment is separated by commas or written as JSON, like
  `TICKWORKS_NODE__ROLES=master,processing`; an empty list is `[]`.
  A variable set to nothing counts as not set.
* A service is named in capitals: `TICKWORKS_SERVICE__CACHE_MANAGER__PERIOD=10`, and for one of its options
  `TICKWORKS_SERVICE__CACHE_MANAGER__OPTIONS__BATCH=500`.
* A secret is given by reference: `env:NAME`, `file:PATH`, or `vault:NAME` for one that
  `tickworks secret set NAME` keeps sealed in the database. Both URLs may be `env:` or `file:`
  references as a whole.
  In a URL, write special characters of a password as `%XX`. Messages never repeat a URL or a password.
* Variables that Kubernetes makes for a Service called `tickworks…` are passed over.

```toml
[database]
url = "file:/run/secrets/database_url"
[site]
profiles = ["monitoring"]
zone = "Europe/Berlin"
[service.cache_manager]
period = 10
roles = ["master"]
```
"""


def markdown() -> str:
    """The text of `docs/operating/configuration.md`."""
    tables = [_section(f"[{name}]", model) for name, model in SECTIONS.items()]
    tables.append(_section("[service.NAME]", ServiceDefaults))
    return "\n".join([_INTRODUCTION, *tables])


def _section(title: str, model: type[Section]) -> str:
    section = title.strip("[]")
    lines = [f"## `{title}`", "", "| key | default | value | meaning |", "|---|---|---|---|"]
    for key, field in model.model_fields.items():
        kind = kind_of("service.x" if model is ServiceDefaults else section, key)
        cells = [f"`{key}`", _default(field), kind.expected.replace("|", "\\|"), field.description or ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _default(field: FieldInfo) -> str:
    extra: Any = field.json_schema_extra
    if extra:
        return str(extra["default"])
    if field.default in (None, {}):
        return "the service's own"
    value = field.default
    return f"`{json.dumps(value if isinstance(value, bool | int | float | tuple) else str(value))}`"


if __name__ == "__main__":
    print(markdown(), end="")
