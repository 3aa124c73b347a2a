"""What the Dockerfile says, read as an engine would: its last stage's settings and its commands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "docker" / "Dockerfile"


@dataclass(frozen=True)
class Image:
    """One Dockerfile with a builder and a last stage."""

    path: Path = DOCKERFILE

    @cached_property
    def _lines(self) -> list[tuple[str, str]]:
        with self.path.open("rb") as file:
            parser = DockerfileParser(fileobj=file)
            return [(str(each["instruction"]), str(each["value"])) for each in parser.structure]

    def all(self, instruction: str, stage: int = -1) -> list[str]:
        """The values of an instruction in a stage, in their order."""
        return [value for name, value in self._stages[stage] if name == instruction]

    def one(self, instruction: str) -> str:
        """The value of an instruction that the last stage has once."""
        (value,) = self.all(instruction)
        return value

    @property
    def env(self) -> dict[str, str]:
        """The variables of the last stage, as they are written."""
        return dict(word.split("=", 1) for line in self.all("ENV") for word in line.split())

    @property
    def entrypoint(self) -> list[str]:
        """The words before a container's arguments."""
        found: list[str] = json.loads(self.one("ENTRYPOINT"))
        return found

    @property
    def health(self) -> list[str]:
        """The words of the health check."""
        found: list[str] = json.loads(self.one("HEALTHCHECK").partition("CMD ")[2])
        return found

    @property
    def install(self) -> list[str]:
        """The shell lines that make the virtual environment, its extras filled in."""
        arguments = dict(word.split("=", 1) for word in self.all("ARG", 0))
        (lines,) = self.all("RUN", 0)
        filled = re.sub(r"\$(\w+)", lambda found: arguments[found[1]], lines)
        return [line.strip() for line in filled.split("&&")]

    @property
    def copied(self) -> list[str]:
        """What the builder copies of the project."""
        return [word for line in self.all("COPY", 0) for word in line.split()[:-1]]

    @cached_property
    def _stages(self) -> list[list[tuple[str, str]]]:
        stages: list[list[tuple[str, str]]] = []
        for name, value in self._lines:
            if name == "FROM":
                stages.append([])
            if stages and name != "COMMENT":
                stages[-1].append((name, value))
        return stages
