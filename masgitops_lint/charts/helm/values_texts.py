"""Values texts read as Helm reads them, without a call of Helm where nothing in them is out of the ordinary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from masgitops_lint.repo.alike import Families
from masgitops_lint.repo.yaml import parse


class ValuesTexts:
    """Reads values texts, most of which are like those of other instances. `helm` is Helm's own way.

    Helm's parser is the one that `repo.yaml` stands for, to which a test holds it. Where there is anything to remark
    on, Helm says what it is, or what is wrong with it.
    """

    def __init__(self, helm: Callable[[str], dict[str, Any]]) -> None:
        self._helm = helm
        self._families = Families()

    def read(self, text: str) -> dict[str, Any]:
        """A text's values. Raises what `helm` raises."""
        # texts of one chart mostly begin with the same key
        alike = self._families.named(text.partition(":")[0])
        document = parse("values.yaml", text.encode("utf-8", "surrogatepass"), alike)
        if document.fatal or document.remarkable or not isinstance(document.data, dict):
            return self._helm(text)
        return dict(document.data)
