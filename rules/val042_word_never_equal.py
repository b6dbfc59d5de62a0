"""A word that a chart compares letter by letter is misspelt.

## What it checks

Keys that templates of the release compare with fixed words (`action: install`, `dns_provider: cis`,
`mas_edition: essentials-inspection`, `install: "true"`). Reported is a value that differs from such a word in case,
blanks, dashes or a letter or two; anything else may be meant.

## What Argo CD does

`eq` is exact: the misspelt word counts as another one, and what depends on it is silently not rendered
(ibm-mas/gitops, `eq` in the charts' templates).

## How to fix

Write the word as in the message.
"""

from collections.abc import Callable
from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Keys, Rule, dotted, misfit, nearest

RULE = Rule(code="VAL042", name="word-never-equal", severity="error", tags=("values", "formats"), local=True)

BAD = (
    Example(
        "in upper case",
        {
            "dev/cluster1/cluster-logging-operator.yaml": (
                'merge-key: "dev/cluster1"\ncluster_logging_operator:\n  install: "True"  #! VAL042\n'
            )
        },
    ),
    Example(
        "another word for it",
        {
            "dev/cluster1/cluster-logging-operator.yaml": (
                'merge-key: "dev/cluster1"\ncluster_logging_operator:\n  install: "yes"  #! VAL042\n'
            )
        },
    ),
    Example(
        "a letter missing",
        {
            "dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n'
                "  mas_edition: essential-inspection  #! VAL042\n  mas_app_namespace: mas-inst1-manage\n"
                '  mas_app_channel: "9.1.x"\n  mas_app_spec: {}\n'
            )
        },
    ),
)
GOOD = (
    Example(
        "another word",
        {
            "dev/cluster1/cluster-logging-operator.yaml": (
                'merge-key: "dev/cluster1"\ncluster_logging_operator:\n  install: "false"\n'
            )
        },
    ),
)

REFERENCES = frozenset({"mas_app_id", "mas_application_id", "mas_config_chart", "mas_config_scope", "id", "name"})
"""Keys that rules about references and formats watch."""

SWITCH = frozenset({"true", "false"})


def check(context: Context) -> Drafts:
    """Texts next to a word that a template compares them with."""
    known = {id(words): words for words in map(context.compared_words, context.mas.scopes)}

    def judge(route: Keys) -> Callable[[Any], object] | None:
        key = route[-1]
        if not isinstance(key, str) or key in REFERENCES:
            return None
        compared = [words[key] for words in known.values() if key in words]
        return (lambda text: any(meant(text, words) for words in compared)) if compared else None

    for scope, at, text in context.scope_values(judge):
        words = context.compared_words(scope).get(str(at.keys[-1]))
        word = meant(text, words) if words is not None else ""
        if not word or misfit(at.keys, text) is not None:
            continue
        yield RULE.draft(
            at,
            f"`{dotted(at.keys)}` is `{text}`, and charts compare it with `{word}` letter by letter: what depends on it "
            "is not rendered",
            help=f'write `"{word}"`, in quotes' if word in SWITCH else f"write `{word}`",
            affects=context.applications_at(scope, at.keys),
        )


def meant(text: Any, words: frozenset[str]) -> str:
    """The word that a text is most likely a misspelling of, or ""."""
    if not isinstance(text, str) or text in words or "<" in text or "{" in text:
        return ""
    if words <= SWITCH:
        plain = text.strip().casefold()
        word = {"yes": "true", "on": "true", "1": "true", "y": "true", "no": "false", "off": "false"}.get(plain, plain)
        return word if word in words else ""
    if any(character.isdigit() for word in words for character in word) and not any(
        character.isalpha() for word in words for character in word
    ):
        return ""
    plain = _plain(text)
    for word in sorted(words):
        if _plain(word) == plain:
            return word
    return nearest(text, sorted(words), 0.88) if len(text) > 4 else ""


def _plain(text: str) -> str:
    return text.strip().casefold().replace("_", "").replace("-", "").replace(" ", "")
