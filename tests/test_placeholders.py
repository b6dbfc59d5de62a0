"""The placeholder grammar against the plugin's own expressions and examples."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.argocd.placeholders import Modifier, annotation_path, ignored, scan, suspects

# The plugin's `(?mU)<path:([^#]+)#([^#]+)(?:#([^#]+))?>` with Go's U flag spelt out.
ORACLE = re.compile(r"<path:([^#]+?)#([^#]+?)(?:#([^#]+?))??>")
GENERIC = re.compile(r"<(.*?)>")
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev/cluster1/aws"

PIECES = st.sampled_from(
    [
        "<path:",
        "<",
        ">",
        "#",
        "|",
        " ",
        "\n",
        "a",
        "k",
        "path:",
        "secret/x",
        " | base64decode",
        "PATH:",
        "<path",
        ":",
        "{",
    ]
)
TEXT = st.lists(PIECES, max_size=14).map("".join)


@given(TEXT)
def test_finds_what_the_plugin_finds(text: str) -> None:
    expected = [m.span() for m in ORACLE.finditer(text)]
    seen = [(p.start, p.end) for p in scan(text)]
    assert set(seen) <= set(expected)
    for start, end in set(expected) - set(seen):
        assert any(s.start <= start and end <= s.end and s.effect == "fails" for s in suspects(text)), text[start:end]
    for placeholder in scan(text):
        assert text[placeholder.start : placeholder.end] == placeholder.raw


@given(TEXT)
def test_annotated_objects_take_every_bracket(text: str) -> None:
    assert [(p.start, p.end) for p in scan(text, annotated=True)] == [m.span() for m in GENERIC.finditer(text)]


@given(st.text() | TEXT)
def test_never_raises_and_stays_in_bounds(text: str) -> None:
    for suspect in suspects(text):
        assert 0 <= suspect.start < suspect.end <= len(text)
        assert text[suspect.start : suspect.end] == suspect.raw
        assert suspect.message
        if suspect.repaired:
            assert scan(suspect.repaired)


@pytest.mark.parametrize(
    ("text", "path", "key", "version", "modifiers"),
    [
        (f"<path:{ARN}#sm_aws_access_key_id>", ARN, "sm_aws_access_key_id", "", ()),
        ("<path:secret/data/x#k>", "secret/data/x", "k", "", ()),
        ("<path:blah/blah#version#1>", "blah/blah", "version", "1", ()),
        ("<path:a#k#AWSPREVIOUS | base64decode>", "a", "k", "AWSPREVIOUS", (Modifier("base64decode"),)),
        ("<path:a# k >", "a", "k", "", ()),
        ("<path:vaults/My Vault/items/My item#user name>", "vaults/My Vault/items/My item", "user name", "", ()),
        (
            "<path:secrets/data/db#c | jsonPath {.user}{':'}{.pass} | base64encode>",
            "secrets/data/db",
            "c",
            "",
            (Modifier("jsonPath", ("{.user}{':'}{.pass}",)), Modifier("base64encode")),
        ),
        (
            "<path:a#k | jsonPath {.x} | indent 3>",
            "a",
            "k",
            "",
            (Modifier("jsonPath", ("{.x}",)), Modifier("indent", ("3",))),
        ),
        ("<path:../up#k>", "../up", "k", "", ()),
        ("x<path:a#k>y", "a", "k", "", ()),
    ],
)
def test_reads_a_placeholder(text: str, path: str, key: str, version: str, modifiers: tuple[Modifier, ...]) -> None:
    (found,) = scan(text)
    assert (found.path, found.key, found.version, found.modifiers) == (path, key, version, modifiers)
    assert suspects(text) == ()


def test_several_in_one_text() -> None:
    text = "mongodb://<path:a#u>:<path:a#p>@host"
    assert [p.key for p in scan(text)] == ["u", "p"]
    assert suspects(text) == ()


@pytest.mark.parametrize(
    ("text", "kind", "repaired"),
    [
        ("<path:a>", "no-key", ""),
        (f"<path:{ARN}>", "no-key", ""),
        ("<path:secrets/path:key>", "colon-key", "<path:secrets/path#key>"),
        (f"<path:{ARN}:key>", "colon-key", f"<path:{ARN}#key>"),
        (f"<path:{ARN}:key | base64decode>", "colon-key", f"<path:{ARN}#key | base64decode>"),
        ("<path:a#>", "empty-key", ""),
        ("<path:#k>", "empty-path", ""),
        ("<path:a#k#>", "empty-version", "<path:a#k>"),
        ("<path:a#k#v#x>", "extra-part", ""),
        ("<PATH:a#k>", "case", "<path:a#k>"),
        ("<Path:a/b#k | base64decode>", "case", "<path:a/b#k | base64decode>"),
        ("< path:a#k>", "space", "<path:a#k>"),
        ("<path :a#k>", "space", "<path:a#k>"),
        ("<path:a#k", "unclosed", "<path:a#k>"),
        ("<path:a", "unclosed", ""),
        ("&lt;path:a#k&gt;", "escaped", "<path:a#k>"),
        ("<pth:a/b#k>", "spelling", "<path:a/b#k>"),
        ("<vault:secret/data/x#k>", "spelling", "<path:secret/data/x#k>"),
        ("{path:a/b#k}", "brackets", "<path:a/b#k>"),
        ("{{ path:a/b#k }}", "brackets", "<path:a/b#k>"),
        ("path:a/b#k", "brackets", "<path:a/b#k>"),
        (f"<{ARN}#k>", "no-prefix", f"<path:{ARN}#k>"),
        (f"{ARN}#k", "no-prefix", f"<path:{ARN}#k>"),
        ("<secret/data/dev/x#k>", "no-prefix", "<path:secret/data/dev/x#k>"),
        ("<<path:a#k>>", "doubled", "<path:a#k>"),
    ],
)
def test_deploys_as_it_stands(text: str, kind: str, repaired: str) -> None:
    (found,) = suspects(text)
    assert (found.kind, found.effect, found.repaired) == (kind, "literal", repaired)


@pytest.mark.parametrize(
    ("text", "kind", "repaired"),
    [
        ("<path:a#k | base64Decode>", "modifier", "<path:a#k | base64decode>"),
        ("<path:a#k | b64dec>", "modifier", ""),
        ("<path:a#k|base64_decode>", "modifier", "<path:a#k|base64decode>"),
        ("<path:a#k | >", "modifier-empty", ""),
        ("<path:a#k | jsonPath>", "modifier-arguments", ""),
        ("<path:a#k | jsonPath {..[?(@.x>1)]..}>", "modifier-arguments", ""),
        ("<path:a#k | indent>", "modifier-arguments", ""),
        ("<path:a#k | indent two>", "modifier-arguments", ""),
        ("<path:a#k | base64decode 2>", "modifier-arguments", ""),
        ("<path:a#k | jsonParse | base64encode>", "modifier-type", ""),
        ("<path:a | base64decode#k>", "pipe-in-path", ""),
        ("<path:a# >", "empty-key", ""),
        ("<path: a#k>", "space-in-path", "<path:a#k>"),
        ("<path:a #k | base64decode>", "space-in-path", "<path:a#k | base64decode>"),
        ("<path:a#k# 1>", "space-in-version", ""),
        ("<path:a>\n<path:b#k>", "swallowed", ""),
        ("<path:a\nb: <path:b#k>", "swallowed", ""),
    ],
)
def test_fails_the_application(text: str, kind: str, repaired: str) -> None:
    (found,) = suspects(text)
    assert (found.kind, found.effect, found.repaired) == (kind, "fails", repaired)


@pytest.mark.parametrize(
    "text",
    [
        "for example, write <key>",
        "<KEY>",
        "<name>:<tag>",
        "replace <path> by the path",
        "a <path:> is what we call it",
        "see <path:...> below",
        "write <path:key> to refer to a key",
        "<path d='M0 0'/>",
        "<svg:path:x/>",
        "<path:field>text</path:field>",
        "<https://example.com/a#b>",
        "<a href='https://example.com/x#y'>z</a>",
        "http://host/path:8080#top of it",
        "#comment",
        "key: value",
        "host/path:tag#1 is the build",
        '<?xml version="1.0"?><server><jdbc url="jdbc:db2://h:50000/B#c"/></server>',
        "PHNlcnZlcj48L3NlcnZlcj4=",
        "-----BEGIN CERTIFICATE-----\nMIIB#\n-----END CERTIFICATE-----",
    ],
)
def test_leaves_prose_and_markup_alone(text: str) -> None:
    assert scan(text) == ()
    assert suspects(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "<path:" * 40_000,
        "<path:a#" * 30_000,
        "<" * 200_000,
        "<path:a" * 30_000 + "#" * 30_000,
        "<path:#" * 40_000,
        "< " * 100_000 + "path:",
        "<vault:" + "a#" * 100_000,
        "<" + " " * 200_000,
        "[" * 100_000 + "path:a#b",
        "<secret/" + "a/" * 100_000,
        "<path:a#k | " + "jsonPath {" * 20_000 + ">",
        "&lt;path:" * 30_000,
    ],
)
def test_stays_quick_on_hostile_text(text: str) -> None:
    started = time.perf_counter()
    scan(text)
    scan(text, annotated=True)
    suspects(text)
    assert time.perf_counter() - started < 2


def test_annotations() -> None:
    assert annotation_path({"annotations": {"avp.kubernetes.io/path": ""}}) == ""
    assert annotation_path({"annotations": None}) is None
    assert annotation_path(None) is None
    assert ignored({"annotations": {"avp.kubernetes.io/ignore": "true"}})
    assert not ignored({"annotations": {}})
    assert not ignored(3)
