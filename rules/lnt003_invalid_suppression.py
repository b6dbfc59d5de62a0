"""A comment for mas-lint that cannot be followed.

## What it checks

`# mas-lint: ignore[CODE, name] reason until=YYYY-MM-DD`, `# mas-lint: ignore-file[CODE] reason` and
`# mas-lint: allow-delete NAME reason until=YYYY-MM-DD` must have every part: rules that exist, named one by one (by
code or by name), a reason, and a real date if there is one. Misspelt directives, and directives inside a block scalar,
where they are part of the value, are reported too.

## Why it hurts

Such a comment silences nothing, so that a slip can never hide a defect. A suppression without a reason is a riddle
for the next reader, and one for a whole group of rules hides defects that nobody has seen yet.

## How to fix

Write the directive as shown. `mas-lint rules` lists codes and names; the finding suggests the nearest one.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="LNT003", name="invalid-suppression", severity="error", tags=("suppression",))

_BODY = "redhat_cert_manager:\n  run_sync_hooks: true\n"
_FILE = "dev/cluster1/redhat-cert-manager.yaml"

BAD = (
    Example("no reason", {_FILE: "merge-key: dev/cluster9  # mas-lint: ignore[CFG011]  #! LNT003\n" + _BODY}),
    Example(
        "no such rule", {_FILE: "merge-key: dev/cluster9  # mas-lint: ignore[CFG911] on purpose  #! LNT003\n" + _BODY}
    ),
    Example(
        "a whole group", {_FILE: "merge-key: dev/cluster9  # mas-lint: ignore[CFG] on purpose  #! LNT003\n" + _BODY}
    ),
    Example(
        "no such day",
        {_FILE: "merge-key: dev/cluster9  # mas-lint: ignore[CFG011] moving until=2027-02-30  #! LNT003\n" + _BODY},
    ),
    Example("misspelt", {_FILE: "merge-key: dev/cluster9  # mas-lint: ignroe[CFG011] moving  #! LNT003\n" + _BODY}),
)
GOOD = (
    Example("as it should be", {_FILE: "# mas-lint: ignore[CFG011] moving\nmerge-key: dev/cluster9\n" + _BODY}),
    Example("prose that mentions the tool", {_FILE: "# mas-lint: see the docs\nmerge-key: dev/cluster1\n" + _BODY}),
)


def check(context: Context) -> Drafts:
    """The engine reports these when all other rules have run."""
    yield from ()
