"""Parse a file as Argo CD reads it. Nothing in a file raises: it becomes a `Problem`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from masgitops_lint.model.place import Keys, Span

from .alike import Content, Family, Pattern
from .construct import LONE_TAG, UnfitError, construct
from .hostile import conflict_markers, decode, measure, needs_count, too_large
from .nodes import Node, compose
from .problem import Problem
from .tokens import Comment, comments
from .tree import LikeTree, Part, Tree, like_tree_of, tree_of

Style: TypeAlias = Literal["plain", "single", "double", "literal", "folded"]
_STYLES: dict[str, Style] = {"": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}


class Document:
    """One file, read.

    `documents` holds the data of every YAML document in the file, `data` that of the first, which is the only one
    that Argo CD's git file generator looks at. Data is plain (dict, list, str, int, float, bool, None) and must not be
    changed: what an alias repeats is one shared object. Keys are strings, numbers as in `scalars.py`.

    `text` is the decoded file without its byte order mark; `text.encode(encoding)` gives the file back.
    Positions are worked out when somebody asks.
    """

    __slots__ = ("_fatal", "_parsed", "_pattern", "_remarks", "documents", "encoding", "ok", "path", "repeats", "text")

    def __init__(
        self,
        path: str,
        text: str = "",
        documents: tuple[Any, ...] = (),
        *,
        encoding: str = "utf-8",
        fatal: tuple[Problem, ...] = (),
        remarkable: bool = False,
        repeats: bool = False,
        pattern: Pattern | None = None,
    ) -> None:
        """`pattern`: the file that this one was read by, which tells where things stand as well."""
        self.path = path
        self.text = text
        self.documents = documents
        self.encoding = encoding
        self.ok = not any(problem.fatal and problem.document == 0 for problem in fatal)
        """Whether the first document could be read (it may still be empty or not a mapping)."""
        self.repeats = repeats
        """Whether a mapping writes a key twice; `problems` tells where."""
        self._fatal = fatal
        self._pattern = pattern
        # what the checks before parsing refuse must never reach the parser
        self._parsed = bool(documents) or remarkable
        self._remarks: tuple[Problem, ...] | None = None if remarkable else ()

    @property
    def data(self) -> Any:
        """The first document's data; None when there is none."""
        return self.documents[0] if self.documents else None

    @property
    def remarkable(self) -> bool:
        """Whether there may be remarks, which `problems` has to look for."""
        return self._remarks != ()

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """What stopped the reading of any of the documents; needs no work, unlike `problems`."""
        return self._fatal

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to say about the file: what stopped the reading first, then remarks in the order of the text."""
        if self._remarks is None:
            from .remarks import remarks

            self._remarks = remarks(
                self._own_tree, frozenset(problem.document for problem in self._fatal if problem.fatal)
            )
        return self._fatal + self._remarks

    @property
    def _tree(self) -> Tree | LikeTree:
        if self._pattern is not None:
            return like_tree_of(self.text, self._pattern)
        return self._own_tree

    @property
    def _own_tree(self) -> Tree:
        return tree_of(self.text if self._parsed else "")

    def span(self, keys: Keys, part: Part = "value", document: int = 0) -> Span:
        """Where a route stands. A route that does not exist gives the key of its longest existing prefix.

        `keys` are mapping keys as Argo CD reads them and list indexes; aliases and `<<` are followed, so the span can
        lie inside another block. Without any prefix: line 1 of the file, or the start of a later document.
        """
        if not keys and document == 0:
            return Span()
        return self._tree.span(keys, part, document) or Span()

    def offsets(self, keys: Keys, part: Part = "value", document: int = 0) -> tuple[int, int] | None:
        """Character offsets into `text` of a route that exists, else None."""
        return self._tree.offsets(keys, part, document)

    def find(self, text: str, inside: Span) -> Span | None:
        """The first place of a text within a span; None where it is not."""
        lines = self._tree.lines
        end = lines.starts[inside.end_line - 1] + inside.end_column - 1
        start = self.text.find(text, lines.starts[inside.line - 1], end)
        return None if start < 0 else lines.span(start, start + len(text))

    def scalar_text(self, keys: Keys, document: int = 0) -> str | None:
        """The source text of the scalar at a route, with its quotes or block indicator; None if there is no scalar."""
        found = self._tree.scalar(keys, document)
        return None if found is None else self.text[found[0].start : found[0].end]

    def scalar_style(self, keys: Keys, document: int = 0) -> Style | None:
        """How the scalar at a route is written; None if there is no scalar."""
        found = self._tree.scalar(keys, document)
        return None if found is None else _STYLES[found[1]]

    def comments(self) -> tuple[Comment, ...]:
        """Every comment of the file in order. `#` inside a scalar is none; block scalars cannot hold any."""
        return comments(self.text) if self._parsed else ()


def parse(path: str, raw: bytes, family: Family | None = None) -> Document:
    """Read a file. Never raises on content.

    `path` is passed on. `family` are files of the same name that were read before; they can spare the parser the work
    and change nothing else.
    """
    problem = too_large(len(raw))
    if problem is not None:
        return Document(path, fatal=(problem,))
    text, encoding, problem = decode(raw)
    if problem is not None:
        return Document(path, text, encoding=encoding, fatal=(problem,))
    if family is None or encoding != "utf-8":
        return _parsed(path, text, encoding, raw)[0]
    lines = text.split("\n")
    alike = family.content_of(lines)
    if alike is not None:
        # a carriage return alone is a line's end to editors, but not where lines are compared
        pattern = None if "\r" in text else alike.pattern
        return Document(
            path, text, alike.documents, remarkable=alike.remarkable, repeats=alike.repeats, pattern=pattern
        )
    document, roots = _parsed(path, text, encoding, raw)
    if roots and not document.fatal:
        family.learn(lines, roots, Content(document.documents, document.remarkable, document.repeats))
    return document


def _parsed(path: str, text: str, encoding: str, raw: bytes) -> tuple[Document, list[Node]]:
    """The document, and the root of each of its documents."""
    if encoding != "utf-8":
        raw = text.encode("utf-8", "replace")
    problem = measure(raw, text) if needs_count(raw) else None
    if problem is not None:
        return Document(path, text, encoding=encoding, fatal=(problem,)), []
    roots, error = compose(raw)
    careful = (b"*" in raw and b"&" in raw) or (b"!" in raw and LONE_TAG.search(raw) is not None)
    fatal: list[Problem] = []
    documents: list[Any] = []
    repeats = False
    remarkable = len(roots) != 1 or "\ufeff" in text
    for index, root in enumerate(roots):
        try:
            data, noted, repeated = construct(root, text, careful=careful)
            repeats = repeats or repeated
        except UnfitError as unfit:
            data, noted = None, True
            fatal.append(_unfit_problem(unfit, text, index))
        except RecursionError:
            data, noted = None, False
            fatal.append(Problem("too-deep", "nested too deep to be read here", document=index))
        documents.append(data)
        remarkable = remarkable or noted or data is None
    if error is not None:
        from .syntax import syntax_problem

        fatal.append(syntax_problem(error, text, len(roots)))
    if "\\" in text or "%" in text or "?" in text:
        from .strictness import refused, worth_checking

        problem = refused(text, roots) if worth_checking(text) else None
        if problem is not None:
            documents = documents[: problem.document]
            fatal = [problem, *(other for other in fatal if other.document < problem.document)]
    if "<<<<<<<" in text or ">>>>>>>" in text:
        fatal.extend(conflict_markers(text))
    document = Document(
        path, text, tuple(documents), encoding=encoding, fatal=tuple(fatal), remarkable=remarkable, repeats=repeats
    )
    return document, roots


def _unfit_problem(unfit: UnfitError, text: str, document: int) -> Problem:
    from .lines import Lines

    start, end = unfit.node.start_mark.index, unfit.node.end_mark.index
    lines = Lines(text)
    return Problem(unfit.kind, unfit.message, lines.span(start, min(end, lines.line_end(start))), document=document)


def unreadable(path: str, reason: str) -> Document:
    """The document of a file that could not be read at all."""
    return Document(path, fatal=(Problem("unreadable", f"the file cannot be read: {reason}"),))
