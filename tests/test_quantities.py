"""Quantities as Kubernetes reads them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from masgitops_lint.charts.quantities import quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("100Gi", 100 * 1024**3),
        ("0.5Ti", 1024**4 // 2),
        ("20G", 20 * 10**9),
        ("1k", 1000),
        (4, 4),
        (1.5, "1.5"),
        ("500m", "0.5"),
        ("8e9", 8 * 10**9),
        ("1E3", 1000),
        ("1E", 10**18),
        (".5", "0.5"),
        ("5.", 5),
        ("-1", -1),
        ("100n", "1e-7"),
    ],
)
def test_a_quantity_is_read_in_its_base_unit(text: object, amount: int | str) -> None:
    assert quantity(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["100GB", "100 Gi", "100gi", "GiB", "", "1K", "1e", True, None, "1,5Gi", "1.2.3", "1e9999"]
)
def test_what_kubernetes_refuses_is_none(text: object) -> None:
    assert quantity(text) is None
