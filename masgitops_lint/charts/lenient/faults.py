"""What text/template refuses in a chart's templates: known without running Helm.

Sources: Go's text/template (parse errors, keywords, built-in functions), the function map of Masterminds/sprig v3, and
Helm's engine (`include`, `tpl`, `toYaml`, `lookup` ...; `env` and `expandenv` are taken out).
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from masgitops_lint.charts.compile.lexer import Action, TemplateSyntaxError, split
from masgitops_lint.charts.compile.parser import parse
from masgitops_lint.kubernetes.unit import UnitGraph
from masgitops_lint.model.place import Place, Span

_KEYWORDS = frozenset(re.findall(r"\w+", "if else end range with define template block nil true false break continue"))
_OPENERS = frozenset({"if", "with", "range", "define", "block"})

FUNCTION_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
    and call html index slice js len not or print printf println urlquery eq ge gt le lt ne
    include tpl required fail lookup toYaml mustToYaml toYamlPretty fromYaml fromYamlArray toJson mustToJson fromJson
    fromJsonArray toToml mustToToml fromToml
    ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone
    must_date_modify mustDateModify mustToDate now toDate unixEpoch
    abbrev abbrevboth trunc trim upper lower title untitle substr repeat trimall trimAll trimSuffix trimPrefix nospace
    initials randAlphaNum randAlpha randAscii randNumeric swapcase shuffle snakecase camelcase kebabcase wrap wrapWith
    contains hasPrefix hasSuffix quote squote cat indent nindent replace plural sha1sum sha256sum sha512sum adler32sum
    toString atoi int64 int float64 seq toDecimal split splitList splitn toStrings until untilStep add1 add sub div mod
    mul randInt add1f addf subf divf mulf biggest max min maxf minf ceil floor round join sortAlpha default empty
    coalesce all any compact mustCompact mustFromJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson ternary
    deepCopy mustDeepCopy typeOf typeIs typeIsLike kindOf kindIs deepEqual base dir clean ext isAbs osBase osClean
    osDir osExt osIsAbs b64enc b64dec b32enc b32dec tuple list dict get set unset hasKey pluck keys pick omit merge
    mergeOverwrite mustMerge mustMergeOverwrite values append push mustAppend mustPush prepend mustPrepend first
    mustFirst rest mustRest last mustLast initial mustInitial reverse mustReverse uniq mustUniq without mustWithout has
    mustHas slice mustSlice concat dig chunk mustChunk bcrypt htpasswd genPrivateKey derivePassword buildCustomCert
    genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES
    decryptAES randBytes uuidv4 semver semverCompare regexMatch mustRegexMatch regexFindAll mustRegexFindAll regexFind
    mustRegexFind regexReplaceAll mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit
    mustRegexSplit regexQuoteMeta urlParse urlJoin getHostByName hello
    """,
    )
)
"""Every function that a template of a chart may call."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a template does not parse; `line` counts from 1."""

    line: int
    message: str


def chart_faults(graph: UnitGraph) -> Iterator[tuple[Place, str, tuple[str, ...]]]:
    """Every template that does not parse: where, why, and the labels of the units that render its chart."""
    if graph.scan is None or graph.repository is None:
        return
    paths = graph.repository.paths
    users: dict[str, dict[str, None]] = {}
    for unit in graph.units:
        if unit.kind != "bootstrap":
            for directory in {graph.scan.in_chart(path) for path in unit.files if "/templates/" in "/" + path}:
                if directory is not None:
                    users.setdefault(directory, {})[unit.label] = None
    for directory in sorted(graph.scan.charts):
        start = f"{directory}/templates/" if directory else "templates/"
        if graph.scan.aside(start.removesuffix("templates/")):
            continue
        for path in paths[bisect_left(paths, start) : bisect_left(paths, start[:-1] + "0")]:
            # Helm hands every file in `templates/` to text/template, whatever it is called.
            if graph.scan.in_chart(path) != directory or posixpath.basename(path).startswith("."):
                continue
            try:
                raw = graph.repository.read(path)
            except OSError:
                continue
            if b"{{" not in raw or b"\0" in raw:
                continue
            source = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            found = template_fault(source)
            if found is not None:
                row = source.split("\n")[found.line - 1]
                column = len(row) - len(row.lstrip()) + 1
                span = Span(found.line, column, found.line, max(len(row.rstrip()), column) + 1)
                yield Place(path, span=span), found.message, tuple(users.get(directory, ()))


def template_fault(source: str) -> Fault | None:
    """The first thing that text/template refuses, None for a template that parses."""
    try:
        pieces = split(source)
    except TemplateSyntaxError as error:
        return Fault(error.line or 1, str(error))
    opened: list[tuple[str, int]] = []
    for piece in pieces:
        if not isinstance(piece, Action) or not piece.tokens:
            continue
        first = piece.tokens[0]
        word = first.text if first.kind == "word" else ""
        if word in _OPENERS:
            opened.append((word, piece.line))
        elif word == "end":
            if not opened:
                return Fault(piece.line, "unexpected {{end}}: no block is open")
            opened.pop()
        elif word == "else" and not opened:
            return Fault(piece.line, "unexpected {{else}}: no block is open")
        for token in piece.tokens:
            if token.kind == "word" and token.text not in FUNCTION_NAMES and token.text not in _KEYWORDS:
                return Fault(piece.line, f'function "{token.text}" not defined')
    if opened:
        word, line = opened[-1]
        return Fault(line, f"{{{{{word}}}}} without {{{{end}}}}")
    try:
        parse(source)
    except TemplateSyntaxError as error:
        return Fault(error.line or _line_of(source, str(error)), str(error))
    except (IndexError, RecursionError):
        return None
    return None


def _line_of(source: str, message: str) -> int:
    quoted = re.search(r"'([^']+)'", message)
    at = source.find(quoted[1]) if quoted else -1
    return source.count("\n", 0, at) + 1 if at >= 0 else 1
