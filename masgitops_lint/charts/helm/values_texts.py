"""Values texts read as Helm reads them, without a call of Helm where nothing in them is out of the ordinary."""

from __future__ import annotations

from typing import Any

from masgitops_lint.repo.alike import Families
from masgitops_lint.repo.yaml import parse


class ValuesTexts:
    """Reads values texts, most of which are like those of other instances.

    Helm reads values with the parser that `repo.yaml` stands for, to which a test holds it.
    """

    def __init__(self) -> None:
        self._families = Families()

    def data_of(self, text: str) -> dict[str, Any] | None:
        """A text's values; None for Helm to say what it is, or what is wrong with it."""
        alike = self._families.named(text.partition(":")[0])
        document = parse("values.yaml", text.encode("utf-8", "surrogatepass"), alike)
        if document.fatal or document.remarkable or not isinstance(document.data, dict):
            return None
        return dict(document.data)
