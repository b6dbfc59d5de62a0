"""Words that templates compare with."""

from __future__ import annotations

from masgitops_lint.charts.profile import newest
from masgitops_lint.charts.words import compared_words, words_of


def test_only_direct_comparisons_with_texts_count() -> None:
    expressions = [
        ["call", "and", ["call", "eq", ["val", "a", "action"], ["lit", "install"]], ["val", "b"]],
        ["call", "eq", ["call", "lower", ["val", "provider"]], ["lit", "cis"]],
        ["call", "ne", ["lit", "aws"], ["var", "$x", "provider"]],
        ["call", "eq", ["var", "$x"], ["lit", "y"]],
        ["call", "eq", ["val", "count"], ["lit", 3]],
    ]
    assert words_of(expressions) == {"action": frozenset({"install"}), "provider": frozenset({"aws"})}


def test_the_newest_release_compares_the_known_switches() -> None:
    words = compared_words(newest())
    assert words["action"] == {"install"}
    assert "cis" in words["dns_provider"]
    assert "aws" in words["mongodb_provider"]
