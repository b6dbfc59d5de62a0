"""What a template's text tells: which ranges and conditions stand around a spot, what a variable is bound to.

It explains errors of Helm and finds list entries; what a chart renders is never decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

from .gotemplate_text import ACTION_PIECE, end_of_action

_COMMENT = late_pattern(r"/\*.*?\*/", re.DOTALL)
_RANGE = late_pattern(r"range\s+(?:(?P<first>\$\w+)\s*(?:,\s*(?P<second>\$\w+)\s*)?:=\s*)?(?P<over>.*)", re.DOTALL)
_WITH = late_pattern(r"with\s+(?:(?P<name>\$\w+)\s*:=\s*)?(?P<over>.*)", re.DOTALL)
_ASSIGN = late_pattern(r"(?:if\s+|else if\s+)?(?P<name>\$\w+)\s*:?=\s*(?P<value>.*)", re.DOTALL)
_OPENERS = frozenset({"if", "range", "with", "define", "block"})
_SEPARATOR = late_pattern(r"(?m)^---[ \t]*$")
_LEAF_KEY = late_pattern(r"^(?P<indent>\s*)(?P<dash>- )?(?P<key>[\w.\-]+):(?P<rest>.*)$")

LOOP_MARK = "# mas-lint-loop "


@dataclass(frozen=True, slots=True)
class Action:
    """One `{{ ... }}`: offsets of its text, line and column of `{{` (from 1), and what stands in it."""

    index: int
    start: int
    end: int
    line: int
    column: int
    body: str
    keyword: str
    around: tuple[int, ...] = ()
    """Indexes of the actions that open the blocks around it, outermost first."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The entry of a range: stands in a route where a list index or map key belongs. `action` is the range's index."""

    action: int


Step: TypeAlias = "str | int | Loop"
Route: TypeAlias = tuple[Step, ...]
"""A way into `.Values`."""


@dataclass
class TemplateText:
    """One template file, read on demand."""

    text: str
    actions: tuple[Action, ...] = field(init=False)
    ends: dict[int, int] = field(init=False, default_factory=dict)
    """Opening action -> its `end` action."""

    def __post_init__(self) -> None:
        lines = [0]
        for match in re.finditer("\n", self.text):
            lines.append(match.end())
        self._lines = lines
        self.actions = tuple(self._read())

    def _read(self) -> Iterator[Action]:
        stack: list[int] = []
        position = 0
        index = 0
        while (start := self.text.find("{{", position)) >= 0:
            end = end_of_action(self.text, start + 2)
            if end < 0:
                return
            body = self.text[start + 2 : end]
            if body.startswith("-") and body[1:2].isspace():
                body = body[1:]
            if body.endswith("-") and body[-2:-1].isspace():
                body = body[:-1]
            body = _COMMENT.sub("", body).strip() if not body.strip().startswith("/*") else ""
            keyword = body.split(None, 1)[0] if body else ""
            if keyword == "end" and stack:
                self.ends[stack.pop()] = index
            line = bisect_right(self._lines, start)
            column = start - self._lines[line - 1] + 1
            yield Action(index, start, end + 2, line, column, body, keyword, tuple(stack))
            if keyword in _OPENERS:
                stack.append(index)
            index += 1
            position = end + 2

    def offset(self, line: int, column: int) -> int:
        """The offset of a spot (Helm's columns count from 0 or 1: an action around it is found either way)."""
        if not 1 <= line <= len(self._lines):
            return len(self.text)
        return min(self._lines[line - 1] + max(column - 1, 0), len(self.text))

    def action_at(self, line: int, column: int) -> Action | None:
        """The action at a spot, or the first one of that line."""
        offset = self.offset(line, column)
        found = next((a for a in self.actions if a.start <= offset < a.end), None)
        return found or next((a for a in self.actions if a.line == line), None)

    # --- what an expression means

    def routes(self, expression: str, at: Action) -> list[Route]:
        """Every way into `.Values` that an expression at an action names, in order of mention."""
        found: list[Route] = []
        for piece in ACTION_PIECE.finditer(expression):
            if piece["chain"] is not None:
                route = self._chain(piece["root"] or "", tuple(piece["fields"].split(".")[1:]), at)
            elif piece["variable"] is not None:
                route = self._chain(piece["variable"], (), at)
            else:
                continue
            if route is not None and route not in found:
                found.append(route)
        return found

    def _chain(self, root: str, fields: tuple[str, ...], at: Action) -> Route | None:
        if root in ("", "$") and fields[:1] == ("Values",):
            return fields[1:]
        if root == "$":
            return None
        if root == "":
            return self._dot(fields, at)
        return self._variable(root, fields, at)

    def _dot(self, fields: tuple[str, ...], at: Action) -> Route | None:
        for index in reversed(at.around):
            opener = self.actions[index]
            if opener.keyword == "range":
                return self._entry(opener, fields)
            if opener.keyword == "with":
                match = _WITH.match(opener.body)
                routes = self.routes(match["over"], opener) if match else []
                return (*routes[-1], *fields) if routes else None
        return None

    def _entry(self, opener: Action, fields: tuple[str, ...]) -> Route | None:
        match = _RANGE.match(opener.body)
        routes = self.routes(match["over"], opener) if match else []
        return (*routes[-1], Loop(opener.index), *fields) if routes else None

    def _variable(self, name: str, fields: tuple[str, ...], at: Action) -> Route | None:
        for action in reversed(self.actions[: at.index + 1]):
            if action.keyword == "range" and action.index in at.around:
                match = _RANGE.match(action.body)
                if match and name == (match["second"] or match["first"]):
                    return self._entry(action, fields)
                if match and name == match["first"]:
                    return None
            elif action.keyword == "with" and action.index in at.around:
                match = _WITH.match(action.body)
                if match and match["name"] == name:
                    routes = self.routes(match["over"], action)
                    return (*routes[-1], *fields) if routes else None
            elif action.index < at.index and set(action.around) <= set(at.around) | {action.index}:
                match = _ASSIGN.match(action.body)
                if match and match["name"] == name:
                    routes = self.routes(match["value"], action)
                    return (*routes[0], *fields) if routes else None
        return None

    def guards(self, at: Action) -> list[Route]:
        """What the conditions and ranges around an action look at, innermost first."""
        found: list[Route] = []
        for index in reversed(at.around):
            opener = self.actions[index]
            expression = opener.body[len(opener.keyword) :]
            found += [route for route in self.routes(expression, opener) if route not in found]
        return found

    @cached_property
    def document_guards(self) -> tuple[str, ...]:
        """Top-level keys that the conditions and ranges around the first `kind:` look at, in order of mention."""
        kind = re.search(r"(?m)^kind:", self.text)
        at = kind.start() if kind else 0
        found: dict[str, None] = {}
        for action in self.actions:
            end = self.ends.get(action.index)
            if action.start < at and end is not None and self.actions[end].start > at:
                for route in self.routes(action.body[len(action.keyword) :], action):
                    if route and isinstance(route[0], str):
                        found[route[0]] = None
        return tuple(found)

    # --- list entries

    @cached_property
    def _document_ranges(self) -> tuple[Action, ...]:
        """Ranges whose body holds whole documents (a line of `---`)."""
        found = []
        for action in self.actions:
            end = self.ends.get(action.index)
            if action.keyword == "range" and end is not None:
                body = (action.end, self.actions[end].start)
                if any(body[0] <= m.start() < body[1] for m in _SEPARATOR.finditer(self.text)):
                    found.append(action)
        return tuple(found)

    def marked(self) -> str:
        """The template with a comment below every `---` inside a range: which range, which entry. Lines stay put."""
        if not self._document_ranges:
            return self.text
        edits: list[tuple[int, int, str]] = []
        names: dict[int, str] = {}
        for action in self._document_ranges:
            match = _RANGE.match(action.body)
            if match is None:
                continue
            if match["second"]:
                names[action.index] = match["first"]
                continue
            index = names[action.index] = f"$masLint{action.index}"
            value = match["first"] or f"$masLintValue{action.index}"
            inner = self.text[action.start : action.end]
            left = "{{- " if inner.startswith("{{-") else "{{ "
            right = " -}}" if inner.endswith("-}}") else " }}"
            over = match["over"].replace("\n", " ")
            newlines = "\n" * inner.count("\n")
            edits.append((action.start, action.end, f"{left}range {index}, {value} := {over}{newlines}{right}"))
        for separator in _SEPARATOR.finditer(self.text):
            marks = "".join(
                f'{{{{ "\\n{LOOP_MARK}{action.index} " }}}}{{{{ {names[action.index]} }}}}'
                for action in self._document_ranges
                if action.index in names
                and action.end <= separator.start() < self.actions[self.ends[action.index]].start
            )
            if marks:
                edits.append((separator.end(), separator.end(), marks))
        text = self.text
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    # --- the values text of a leaf

    @cached_property
    def spliced(self) -> tuple[Splice, ...]:
        """The lines that put values into the `value: |` blocks of this template, in order."""
        return tuple(self._splices())

    def _splices(self) -> Iterator[Splice]:
        lines = self.text.split("\n")
        number = 0
        while number < len(lines):
            line = lines[number]
            number += 1
            if not re.match(r"^\s*value(?:s)?:\s*[|>][-+]?\s*$", line):
                continue
            outer = len(line) - len(line.lstrip())
            keys: list[tuple[int, str]] = []
            while number < len(lines):
                line = lines[number]
                indent = len(line) - len(line.lstrip())
                starts_action = line.lstrip().startswith("{{")
                if line.strip() and indent <= outer and not starts_action:
                    break
                number += 1
                match = _LEAF_KEY.match(line)
                if match is None:
                    if starts_action and "toYaml" in line:
                        action = self.action_at(number, indent + 1)
                        if action is not None and action.keyword not in (*_OPENERS, "else", "end"):
                            routes = self.routes(action.body, action)
                            if routes:
                                above = tuple(key for level, key in keys if level < indent)
                                yield Splice(number, above, routes[0], "", whole=True, action=action.index)
                    continue
                while keys and keys[-1][0] >= indent:
                    keys.pop()
                keys.append((indent, "-" if match["dash"] else match["key"]))
                rest = match["rest"].strip()
                opened = rest.find("{{")
                if opened < 0:
                    continue
                action = self.action_at(number, line.find("{{") + 1)
                if action is None:
                    continue
                routes = self.routes(action.body, action)
                if not routes:
                    continue
                single = rest.count("{{") == 1
                quote = rest[0] if single and rest[0] in "'\"" and rest[-1:] == rest[0] else ""
                bare = rest[1:-1] if quote else rest
                plain = single and bare.startswith("{{") and bare.endswith("}}") and "|" not in action.body
                plain = plain and " " not in action.body.strip() and all(key != "-" for _, key in keys)
                yield Splice(
                    number,
                    tuple(key for _, key in keys),
                    routes[0],
                    quote,
                    plain=plain,
                    whole="toYaml" in action.body,
                    action=action.index,
                )


@dataclass(frozen=True, slots=True)
class Splice:
    """One line of a values block: the leaf key it sets and where in the root's values its content comes from.

    `quote` is the quote around the action ("" for none), `plain` True when nothing but one bare expression is printed,
    `whole` True when a mapping or list is printed with `toYaml` (into `key`, or into the level of `key` when the line
    has no key of its own).
    """

    line: int
    key: tuple[str, ...]
    route: Route
    quote: str
    plain: bool = False
    whole: bool = False
    action: int = 0


@lru_cache(maxsize=512)
def template_text(text: str) -> TemplateText:
    """The (cached) reading of a template."""
    return TemplateText(text)
