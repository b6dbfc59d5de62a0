"""A value that Argo CD reads as something else than it looks like.

## What it checks

Unquoted values whose meaning differs from their text under YAML 1.1 as Go reads it: `9.10` is the number 9.1, `012` is
10, `1_000` is 1000, `y` and `off` are booleans, `0x1F` is 31. Also keys such as `on:` that become `"true"`, and an
invisible byte order mark inside a file.

A value that is spelt like a boolean on purpose (`yes`, `on`) is a note; a number that loses text is a warning.

## What Argo CD does

`sigs.k8s.io/yaml` resolves plain scalars by YAML 1.1 rules, numbers become float64 and are printed without trailing
zeros, so a channel `9.10` reaches the chart as `9.1`.

## How to fix

Quote the value.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule

RULE = Rule(code="CFG006", name="surprising-scalar", severity="warning", tags=("yaml", "types"), local=True)

BAD = (
    Example(
        "a channel that is a number",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: 1.10  #! CFG006\n'
                "  run_sync_hooks: true\n"
            )
        },
    ),
)
GOOD = (
    Example(
        "quoted",
        {
            "dev/cluster1/redhat-cert-manager.yaml": (
                'merge-key: "dev/cluster1"\n\nredhat_cert_manager:\n  channel: "1.10"\n  run_sync_hooks: true\n'
            )
        },
    ),
)

TRUTH_WORDS = frozenset({"yes", "no", "on", "off"})


def check(context: Context) -> Drafts:
    """Scalars and keys that a reader would take for something else, unless they stop a chart (VAL001, VAL002)."""
    stopping = {(failure.place.path, failure.place.keys) for failure in context.deployment.errors}
    for path in context.mas.read_paths:
        for problem in context.repository.document(path).problems:
            if problem.kind == "stray-bom":
                yield RULE.draft(
                    Place(path, problem.keys, span=problem.span),
                    "an invisible byte order mark (U+FEFF) stands here and becomes part of the key or value",
                    help="delete the invisible character",
                )
            if problem.kind not in ("surprising-scalar", "surprising-key"):
                continue
            if _harmless(problem.text) or (path, problem.keys) in stopping:
                continue
            spelt_out = problem.kind == "surprising-scalar" and problem.text.lower() in TRUTH_WORDS
            yield RULE.draft(
                Place(path, problem.keys, "key" if problem.kind == "surprising-key" else "value", span=problem.span),
                f"Argo CD reads `{problem.text}` as {problem.resolved}",
                help=f'write "{problem.text}" in quotes if the text is meant, else write {problem.resolved}',
                severity="note" if spelt_out else None,
            )


def _harmless(text: str) -> bool:
    """`1.0` and `100.00` lose only zeros: a size or a ratio, unless it looks like a version (rules on types say so)."""
    whole, _, fraction = text.partition(".")
    return (
        whole.lstrip("+-").isdigit()
        and not (len(whole) > 1 and whole[0] == "0")
        and fraction.strip("0") == "" != text[-1:]
    )
