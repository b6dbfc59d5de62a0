"""The interface to Helm, and which Helm is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from .chart import Chart
from .failure import RenderError
from .parameters import Parameter

EngineChoice: TypeAlias = Literal["auto", "sdk", "binary"]

INSTALL_HINT = (
    'install it with "pip install masgitops-lint[helm]", or put the helm program on PATH and pass --helm-engine binary'
)


class HelmMissingError(Exception):
    """No Helm engine of the wanted kind is there: the command line exits 2 with this sentence."""


class RenderedFile(NamedTuple):
    """What one template file rendered to: `template` is Helm's name for it, such as `chart/templates/a.yaml`."""

    template: str
    text: str


class RenderJob(NamedTuple):
    """What a chart is to be rendered with: see `HelmEngine.render`."""

    values: Mapping[str, Any] | None = None
    values_text: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    release_name: str = "release-name"
    namespace: str = "default"


Rendered: TypeAlias = "tuple[RenderedFile, ...] | RenderError"


class HelmEngine(Protocol):
    """Renders charts offline. Engines are safe to use from several threads and must not be carried over a fork."""

    @property
    def name(self) -> Literal["sdk", "binary"]:
        """Which kind of engine it is."""
        ...

    @property
    def version(self) -> str:
        """Helm's version, such as `v4.2.3`."""
        ...

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
        """What `helm template` renders, one item a template file, in order of template name, empty ones left out.

        `values` come first, then every YAML text of `values_text` is laid over them (as with `-f`), then the
        parameters (as with `--set`). Raises `RenderError`.
        """
        ...

    def render_many(self, chart: Chart, jobs: Sequence[RenderJob]) -> list[Rendered]:
        """What `render` gives for each of several jobs, or its error; many at once take less time."""
        ...

    def parse_values(self, text: str) -> dict[str, Any]:
        """A YAML values text as Helm reads it: numbers are floats or ints, `null` is kept. Raises `RenderError`."""
        ...


def one_by_one(engine: HelmEngine, chart: Chart, jobs: Sequence[RenderJob]) -> list[Rendered]:
    """`HelmEngine.render_many` by way of `render`."""
    found: list[Rendered] = []
    for job in jobs:
        try:
            files = engine.render(
                chart,
                job.values,
                values_text=job.values_text,
                parameters=job.parameters,
                release_name=job.release_name,
                namespace=job.namespace,
            )
            found.append(files)
        except RenderError as error:
            found.append(error)
    return found


def open_engine(choice: EngineChoice = "auto") -> HelmEngine:
    """The engine asked for: with "auto" the SDK, else the `helm` program. Raises `HelmMissingError`."""
    if choice in ("auto", "sdk"):
        from .sdk import SdkEngine

        try:
            return SdkEngine()
        except ImportError as error:
            if choice == "sdk":
                raise HelmMissingError(f"Helm's SDK for Python is not installed: {INSTALL_HINT}") from error
        except OSError as error:
            if choice == "sdk":
                raise HelmMissingError(f"Helm's SDK for Python cannot be loaded: {error}") from error
    from .binary import BinaryEngine, find_helm

    program = find_helm()
    if program is None:
        if choice == "binary":
            raise HelmMissingError("there is no helm program on PATH")
        raise HelmMissingError(f"rendering real charts needs Helm, and there is none: {INSTALL_HINT}")
    return BinaryEngine(program)
