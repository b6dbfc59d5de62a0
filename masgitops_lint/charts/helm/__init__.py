"""Helm itself behind a small interface: in process through helm-python-sdk, or the `helm` program."""

from .chart import Chart, ChartError, load_chart
from .engine import EngineChoice, HelmEngine, HelmMissingError, RenderedFile, open_engine
from .failure import Frame, RenderError
from .parameters import Parameter

__all__ = [
    "Chart",
    "ChartError",
    "EngineChoice",
    "Frame",
    "HelmEngine",
    "HelmMissingError",
    "Parameter",
    "RenderError",
    "RenderedFile",
    "load_chart",
    "open_engine",
]
