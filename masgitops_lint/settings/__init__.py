"""The settings of a run: plain frozen values; a `.mas-lint.yaml` is validated by `load`, and only when there is one."""

from .values import (
    AccountSettings,
    ContractSettings,
    DeclaredCluster,
    DeclaredSecret,
    ExtraFile,
    SecretSettings,
    Settings,
    SourceSettings,
    Thresholds,
)

__all__ = [
    "AccountSettings",
    "ContractSettings",
    "DeclaredCluster",
    "DeclaredSecret",
    "ExtraFile",
    "SecretSettings",
    "Settings",
    "SourceSettings",
    "Thresholds",
]
