"""Which files and directories a git generator lists.

By default Argo CD asks `git ls-files -- <pattern>`: a git pathspec, whose `*` crosses directories (argo-cd
docs/operator-manual/applicationset/Generators-Git-File-Globbing.md calls it "very greedy"). With
`--enable-new-git-file-globbing` (2.8 and later) it uses doublestar, whose `*` stays inside one segment.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern

GlobMode: TypeAlias = Literal["greedy", "strict"]

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t\\n\\r\\f\\v",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_ONE_STAR = late_pattern(r"[^*?\[\\]*\*[^*?\[\\]*")
"""The pattern that nearly all generators have: it needs no regular expression of its own."""
_MAGIC_LETTERS = {"/": "top", "!": "exclude", "^": "exclude"}
_MAGIC_WORDS = frozenset({"top", "exclude", "icase", "literal", "glob"})


class GlobError(ValueError):
    """A pattern that makes the generator fail; the text is the reason."""


def list_files(pattern: str, paths: Sequence[str], mode: GlobMode = "greedy") -> list[str]:
    """The files of a repo that the pattern lists, sorted. `paths` are all its files, sorted. Raises `GlobError`."""
    near = with_prefix(paths, literal_prefix(pattern))
    return git_pathspec(pattern, near) if mode == "greedy" else doublestar(pattern, near)


def literal_prefix(pattern: str) -> str:
    """The directory that every match lies in, as far as the pattern spells it out plainly; "" when in doubt."""
    fixed = re.match(r"[A-Za-z0-9_-][^*?\[\]{}\\,:]*/", pattern)
    if fixed is None or "/." in fixed[0] or "//" in fixed[0] or len(fixed[0]) == len(pattern):
        return ""
    return fixed[0]


def with_prefix(paths: Sequence[str], prefix: str) -> Sequence[str]:
    """The paths (sorted) below a directory, named with its slash; all of them for ""."""
    return paths[bisect_left(paths, prefix) : bisect_left(paths, prefix[:-1] + "0")] if prefix else paths


def git_pathspec(pattern: str, paths: Sequence[str]) -> list[str]:
    """`git ls-files --full-name -- <pattern>` over sorted paths. Raises `GlobError` where git dies."""
    magic, rest = _pathspec_magic(pattern)
    if not rest and not magic & {"exclude", "top"}:
        raise GlobError(f"git refuses the pattern {pattern!r}: an empty string is no pathspec")
    if rest.startswith("/"):
        raise GlobError(f"git refuses the pattern {pattern!r}: it starts with /, so it lies outside the repository")
    # of a dot at the end git keeps the slash before it
    trailing = rest.endswith(("/", "/."))
    normal = posixpath.normpath(rest) if rest else "."
    if normal == ".." or normal.startswith("../"):
        raise GlobError(f"git refuses the pattern {pattern!r}: it leads out of the repository")
    if normal == ".":
        matched = set(paths)
    elif not magic and not trailing and _ONE_STAR.fullmatch(normal):
        head, _, tail = normal.partition("*")
        least, below = len(head) + len(tail), normal + "/"
        found = [path for path in paths if path.endswith(tail) and path.startswith(head) and len(path) >= least]
        return sorted({*found, *with_prefix(paths, below)})
    else:
        literal = "literal" in magic
        regex = _pathspec_regex(normal, literal, "glob" in magic, "icase" in magic)
        plain, below = (normal, normal + "/")
        if "icase" in magic:
            plain, below = plain.lower(), below.lower()
        matched = set()
        for path in paths:
            seen = path.lower() if "icase" in magic else path
            if (seen == plain and not trailing) or seen.startswith(below) or (not trailing and regex.fullmatch(path)):
                matched.add(path)
    return sorted(path for path in paths if (path in matched) != ("exclude" in magic))


def _pathspec_magic(pattern: str) -> tuple[set[str], str]:
    if not pattern.startswith(":"):
        return set(), pattern
    magic: set[str] = set()
    if pattern.startswith(":("):
        words, closed, rest = pattern[2:].partition(")")
        if not closed:
            raise GlobError(f"git refuses the pattern {pattern!r}: its magic is not closed by )")
        for word in filter(None, (word.strip() for word in words.split(","))):
            if word not in _MAGIC_WORDS:
                raise GlobError(f"git refuses the pattern {pattern!r}: unknown pathspec magic {word!r}")
            magic.add(word)
        return magic, rest
    index = 1
    while index < len(pattern) and pattern[index] in _MAGIC_LETTERS:
        magic.add(_MAGIC_LETTERS[pattern[index]])
        index += 1
    if index < len(pattern) and pattern[index] == ":":
        index += 1
    return magic, pattern[index:]


@lru_cache(maxsize=4096)
def _pathspec_regex(pattern: str, literal: bool, pathname: bool, ignore_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern) if literal else _wildmatch(pattern, pathname)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _wildmatch(pattern: str, pathname: bool) -> str:
    """Git's wildmatch as a regular expression; `pathname` keeps `*`, `?` and brackets inside one segment."""
    any_char = "[^/]" if pathname else "."
    out: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "*":
            end = index
            while end < len(pattern) and pattern[end] == "*":
                end += 1
            stars = end - index
            at_start = index == 0 or pattern[index - 1] == "/"
            if pathname and stars == 2 and at_start and (end == len(pattern) or pattern[end] == "/"):
                if end == len(pattern):
                    out.append(".*")
                else:
                    out.append("(?:.*/)?")
                    end += 1
            else:
                out.append(any_char + "*")
            index = end
            continue
        if char == "?":
            out.append(any_char)
        elif char == "[":
            found = _bracket(pattern, index, pathname)
            if found is None:
                # git's wildmatch aborts on an unclosed bracket: nothing matches
                return r"(?!)"
            text, index = found
            out.append(text)
        elif char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append(re.escape(char))
        index += 1
    return "".join(out)


def _bracket(pattern: str, start: int, one_segment: bool, negators: str = "!^") -> tuple[str, int] | None:
    """The regular expression of a bracket and the index of its `]`; None when it is not closed."""
    index = start + 1
    negated = index < len(pattern) and pattern[index] in negators
    if negated:
        index += 1
    body: list[str] = []
    first = True
    while index < len(pattern) and (pattern[index] != "]" or first):
        first = False
        if pattern.startswith("[:", index):
            end = pattern.find(":]", index)
            name = pattern[index + 2 : end] if end > 0 else ""
            if name in _POSIX_CLASSES:
                body.append(_POSIX_CLASSES[name])
                index = end + 2
                continue
        if pattern[index] == "\\" and index + 1 < len(pattern):
            index += 1
            body.append(re.escape(pattern[index]))
        elif pattern[index] == "-" and body and index + 1 < len(pattern) and pattern[index + 1] != "]":
            body.append("-")
        else:
            body.append(re.escape(pattern[index]))
        index += 1
    if index >= len(pattern):
        return None
    inner = "".join(body)
    guard = "(?!/)" if one_segment else ""
    return f"{guard}[{'^' if negated else ''}{inner}]", index


def doublestar(pattern: str, paths: Sequence[str]) -> list[str]:
    """`doublestar.FilepathGlob` below the repo's root, as the new globbing does.

    Raises `GlobError` where the pattern matches a directory, since reading that as a file fails, and for a bad pattern.
    """
    normal = posixpath.normpath("/" + pattern.lstrip("/")).lstrip("/")
    if not normal:
        raise GlobError(f"the pattern {pattern!r} matches the repository's root, which is a directory")
    regex = _doublestar_regex(normal)
    for directory in all_directories(tuple(paths)):
        if regex.fullmatch(directory):
            raise GlobError(
                f"the pattern {pattern!r} matches the directory {directory}, which cannot be read as a file"
            )
    return sorted(path for path in paths if regex.fullmatch(path))


@lru_cache(maxsize=4096)
def _doublestar_regex(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(_doublestar(pattern), re.DOTALL)
    except (re.error, IndexError) as error:
        raise GlobError(f"the pattern {pattern!r} is malformed") from error


def _doublestar(pattern: str) -> str:
    out: list[str] = []
    index = 0
    depth = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "*":
            end = index
            while end < len(pattern) and pattern[end] == "*":
                end += 1
            alone = (index == 0 or pattern[index - 1] in "/{,") and (end == len(pattern) or pattern[end] in "/},")
            text, end = _stars(out, pattern, end) if end - index >= 2 and alone else ("[^/]*", end)
            out.append(text)
            index = end
            continue
        if char == "?":
            out.append("[^/]")
        elif char == "[":
            found = _bracket(pattern, index, True)
            if found is None:
                raise GlobError(f"the pattern {pattern!r} is malformed: [ is not closed")
            text, index = found
            out.append(text)
        elif char == "{":
            depth += 1
            out.append("(?:")
        elif char == "}" and depth:
            depth -= 1
            out.append(")")
        elif char == "," and depth:
            out.append("|")
        elif char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append(re.escape(char) if char != "/" else "/")
        index += 1
    if depth:
        raise GlobError(f"the pattern {pattern!r} is malformed: {{ is not closed")
    return "".join(out)


def _stars(out: list[str], pattern: str, end: int) -> tuple[str, int]:
    """The expression of a `**` that is a segment of its own, and where to go on reading."""
    if end < len(pattern) and pattern[end] == "/":
        return "(?:[^/]+/)*", end + 1
    if out and out[-1] == "/":
        # `a/**` matches `a` itself too
        out.pop()
        return "(?:/[^/]+)*", end
    return "(?:[^/]+(?:/[^/]+)*)?", end


@lru_cache(maxsize=8)
def all_directories(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Every directory that holds a file of `paths`, directly or not, without the root; sorted."""
    found: set[str] = set()
    for path in paths:
        directory = path.rpartition("/")[0]
        while directory and directory not in found:
            found.add(directory)
            directory = directory.rpartition("/")[0]
    return tuple(sorted(found))


def visible_directories(paths: Iterable[str]) -> tuple[str, ...]:
    """The directories that the repo-server lists: none with a segment that starts with a dot."""
    return tuple(
        directory
        for directory in all_directories(tuple(paths))
        if not any(part.startswith(".") for part in directory.split("/"))
    )


def path_match(pattern: str, name: str) -> bool:
    """Go's `path.Match`: `*`, `?` and brackets never cross `/`, `**` is `*`. A malformed pattern matches nothing."""
    return _path_match_regex(pattern).fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _path_match_regex(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            found = _bracket(pattern, index, True, "^")
            if found is None:
                return re.compile(r"(?!)")
            text, index = found
            out.append(text)
        elif char == "\\" and index + 1 < len(pattern):
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append(re.escape(char))
        index += 1
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(r"(?!)")


def list_directories(includes: Sequence[str], excludes: Sequence[str], paths: Iterable[str]) -> list[str]:
    """What a git directories generator lists: matched by any include and by no exclude, whatever their order."""
    return [
        directory
        for directory in visible_directories(paths)
        if any(path_match(pattern, directory) for pattern in includes)
        and not any(path_match(pattern, directory) for pattern in excludes)
    ]
