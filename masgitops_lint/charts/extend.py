"""The contract of patched charts: what the settings add to a release's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from masgitops_lint.mas.spec import ApplicationSetSpec, FileSpec

if TYPE_CHECKING:
    from masgitops_lint.settings import ExtraFile


def with_extra_files(
    specs: tuple[ApplicationSetSpec, ...], files: Mapping[str, ExtraFile]
) -> tuple[ApplicationSetSpec, ...]:
    """The ApplicationSets with the extra files at the end of their merge order. A file that is known is not doubled."""
    if not files:
        return specs
    return tuple(
        spec._replace(
            files=(
                *spec.files,
                *(
                    FileSpec(name, tuple(extra.keys))
                    for name, extra in files.items()
                    if extra.level == spec.level and name not in {file.name for file in spec.files}
                ),
            ),
        )
        for spec in specs
    )
