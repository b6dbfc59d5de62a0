"""The `helm` program as an engine: `helm template` on a temporary copy of the chart."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from masgitops_lint.model.late_pattern import late_pattern

from .chart import Chart
from .engine import Rendered, RenderedFile, RenderJob, one_by_one
from .failure import RenderError, render_error
from .parameters import Parameter, escape_commas
from .values_texts import ValuesTexts

_SOURCE = late_pattern(r"^# Source: (?P<template>.+)$")
_SECONDS = 120


def find_helm() -> str | None:
    """The `helm` program on PATH."""
    import shutil

    return shutil.which("helm")


class BinaryEngine:
    """Runs `helm template`; nothing is fetched, no cluster is asked and no plugin or user setting takes part."""

    name: Literal["sdk", "binary"] = "binary"

    def __init__(self, program: str) -> None:
        self._program = program
        self._texts = ValuesTexts(self._parsed_by_helm)
        self._version: str | None = None
        self._directories: dict[str, str] = {}
        self._home: str | None = None

    @property
    def version(self) -> str:
        """What `helm version` prints."""
        if self._version is None:
            self._version = self._run(["version", "--template", "{{.Version}}"]).strip()
        return self._version

    def parse_values(self, text: str) -> dict[str, Any]:
        """See `HelmEngine.parse_values`."""
        return self._texts.read(text)

    def _parsed_by_helm(self, text: str) -> dict[str, Any]:
        """The program has no such command, so a chart that prints its values does it."""
        chart = Chart(
            "values",
            {
                "Chart.yaml": b"apiVersion: v2\nname: values\nversion: 0.0.1\n",
                "templates/values.yaml": b"values: {{ .Values | toJson | quote }}\n",
            },
        )
        rendered = self.render(chart, values_text=(text,))
        line = next(line for line in rendered[0].text.split("\n") if line.startswith("values: "))
        decoded = json.loads(json.loads(line.removeprefix("values: ")))
        return decoded if isinstance(decoded, dict) else {}

    def render(
        self,
        chart: Chart,
        values: Mapping[str, Any] | None = None,
        *,
        values_text: Sequence[str] = (),
        parameters: Sequence[Parameter] = (),
        release_name: str = "release-name",
        namespace: str = "default",
    ) -> tuple[RenderedFile, ...]:
        """See `HelmEngine.render`."""
        import tempfile

        directory = self._directory(chart)
        with tempfile.TemporaryDirectory(prefix="mas-lint-helm-") as scratch:
            arguments = ["template", release_name, directory, "--namespace", namespace, "--include-crds"]
            texts = list(values_text)
            if values:
                texts.insert(0, json.dumps(values))
            for index, text in enumerate(texts):
                path = os.path.join(scratch, f"{index}.yaml")
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(text)
                arguments += ["--values", path]
            for parameter in parameters:
                flag = "--set-string" if parameter.force_string else "--set"
                arguments += [flag, f"{parameter.name}={escape_commas(parameter.value)}"]
            output = self._run(arguments, scratch)
        return split_output(output)

    def render_many(self, chart: Chart, jobs: Sequence[RenderJob]) -> list[Rendered]:
        """See `HelmEngine.render_many`."""
        return one_by_one(self, chart, jobs)

    def _directory(self, chart: Chart) -> str:
        import shutil
        import tempfile
        import weakref

        known = self._directories.get(chart.digest)
        if known is not None:
            return known
        if self._home is None:
            self._home = tempfile.mkdtemp(prefix="mas-lint-charts-")
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        known = os.path.join(self._home, chart.digest[:24], chart.name or "chart")
        for path, data in chart.files.items():
            target = os.path.join(known, *path.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as stream:
                stream.write(data)
        self._directories[chart.digest] = known
        return known

    def _run(self, arguments: Sequence[str], home: str | None = None) -> str:
        import subprocess

        environment = {key: value for key, value in os.environ.items() if not key.startswith(("HELM_", "KUBE"))}
        if home is not None:
            for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS"):
                environment[name] = os.path.join(home, name.lower())
        try:
            done = subprocess.run(
                [self._program, *arguments], capture_output=True, check=False, timeout=_SECONDS, env=environment
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise RenderError("", 0, 0, "", f"helm cannot be run: {error}", "other") from None
        if done.returncode != 0:
            raise render_error(_last_error(done.stderr.decode("utf-8", "replace")))
        return done.stdout.decode("utf-8", "replace")


def _last_error(text: str) -> str:
    start = text.rfind("Error: ")
    return text[start:] if start >= 0 else text


def split_output(output: str) -> tuple[RenderedFile, ...]:
    """`helm template`'s output by the `# Source:` comments it writes above every document."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for block in re.split(r"(?m)^---[ \t]*$\n?", output):
        first, _, rest = block.partition("\n")
        match = _SOURCE.match(first)
        if match is not None:
            current = found.setdefault(match["template"], [])
            current.append(rest)
        elif current is not None and block.strip():
            current.append(block)
    return tuple(RenderedFile(template, "---\n" + "---\n".join(found[template])) for template in sorted(found))
