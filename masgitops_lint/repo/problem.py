"""What can be wrong or surprising about a file, as a value."""

from __future__ import annotations

from typing import NamedTuple

from masgitops_lint.model.place import Keys, Span

FATAL = frozenset({"syntax", "bad-utf8", "nul-byte", "too-large", "too-deep", "alias-bomb", "unreadable"})
"""Kinds that leave a document without data. All others are remarks about a document that was read."""


class Problem(NamedTuple):
    """One thing about a file that a reader should know.

    `kind` is one of
    - fatal: `syntax`, `bad-utf8`, `nul-byte`, `too-large`, `too-deep`, `alias-bomb`, `unreadable`;
    - remarks: `empty`, `multiple-documents` (also for text behind the end of the first document), `conflict-marker`,
      `duplicate-key`, `late-merge`, `surprising-scalar` and `surprising-key` (read as something other than the text),
      `stray-bom`.

    `keys` is the route to what is meant, as far as there is one, in document number `document`. `related` is the
    first occurrence of a repeated key, the key that a late merge overwrites, or where the construct starts that a
    syntax error breaks. `text` is the source text of a surprising scalar or key, `resolved` what Argo CD prints for it.
    """

    kind: str
    message: str
    span: Span = Span()
    keys: Keys = ()
    document: int = 0
    related: Span | None = None
    text: str = ""
    resolved: str = ""

    @property
    def fatal(self) -> bool:
        """Whether the document it is about could not be read."""
        return self.kind in FATAL
