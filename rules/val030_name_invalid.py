"""A name or namespace that Kubernetes refuses, or that is too long.

## What it checks

Names of Applications and their destination namespaces: lower-case letters, digits, `-` (and `.` in names), beginning and
ending with a letter or digit, at most 63 characters.

## What Argo CD does

The API server rejects the Application, and the sync of its root fails. Names over 63 characters cannot be used as the
tracking label, and IBM's CLI refuses them (ibm-mas/cli `validate_app_name`; ibm-mas/gitops 479a58ce for an upper-case
customer number).

## How to fix

Shorten or respell the value that the name is made of.
"""

import re

from masgitops_lint.sdk import Context, Drafts, Example, Place, Rule, dotted, go_text

RULE = Rule(code="VAL030", name="name-invalid", severity="error", tags=("values", "names"), local=True)

BAD = (
    Example(
        "upper case",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n  - mas_workspace_id: Main  #! VAL030\n'
                "    mas_workspace_name: Main\n"
            )
        },
    ),
    Example(
        "too long",
        {
            "dev/cluster1/inst2/ibm-mas-workspaces.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_workspaces:\n'
                "  - mas_workspace_id: a-workspace-with-quite-a-long-name-for-reporting  #! VAL030\n"
                "    mas_workspace_name: Main\n"
            )
        },
    ),
    Example(
        "a namespace with an underscore",
        {
            "dev/cluster2/ibm-dro.yaml": (
                'merge-key: "dev/cluster2"\nibm_dro:\n  dro_namespace: ibm_software_central  #! VAL030\n'
                "  run_sync_hooks: true\n  dro_install_plan: Automatic\n  imo_install_plan: Automatic\n"
            )
        },
    ),
)
GOOD = (Example("good names"),)

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
PART = re.compile(r"[-.a-z0-9]+")
LIMIT = 63


def check(context: Context) -> Drafts:
    """Names and namespaces; one finding a value."""
    seen: set[object] = set()
    for application, values, scope in context.with_values:
        for field, text, pattern in (
            ("name", application.name, NAME),
            ("namespace", application.namespace or "", LABEL),
        ):
            if not text or "<path:" in text or "<no value>" in text:
                continue
            wrong = not pattern.fullmatch(text)
            if not wrong and len(text) <= LIMIT:
                continue
            parts = [(keys, scope.get(*keys)) for keys in values.field_keys(field)]
            if any(value in (None, "") for _, value in parts) or not parts:
                continue
            if any(isinstance(value, int | float) and "e" in go_text(value) for _, value in parts):
                continue  # told as a number in exponent form
            guilty = [(keys, go_text(value)) for keys, value in parts]
            if wrong:
                guilty = [one for one in guilty if not PART.fullmatch(one[1])] or guilty
            keys, value = max(guilty, key=lambda one: len(one[1]))
            if wrong and keys[-1] == "mas_app_namespace":
                continue  # told as a namespace that is not the application's
            place: Place = scope.place(keys)
            if (place, field) in seen or place in seen:
                continue
            seen |= {(place, field), place}
            what = "name" if field == "name" else "namespace"
            problem = (
                "may hold only lower-case letters, digits and `-`, and must begin and end with a letter or digit"
                if wrong
                else f"has {len(text)} characters, and {LIMIT} are the limit"
            )
            yield RULE.draft(
                place,
                f"`{dotted(keys)}` makes the {what} `{text}`, which {problem}",
                help="respell the value" if wrong else f"shorten `{value}` by {len(text) - LIMIT} characters or more",
                affects=(application.name,),
            )
