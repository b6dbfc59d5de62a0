"""A hook or a wave inside an Application does not work as meant.

## What it checks

Annotations that the config hands to a chart (`ibm_mas_suite.mas_annotations`), and, when the charts are rendered
(`--charts`), every object of every Application, and the Applications themselves:

- hook types, delete policies and sync waves that Argo CD does not know or that are no whole numbers;
- PreSync hooks that need an ordinary object of the same Application;
- PostDelete hooks whose ServiceAccount, rights or Secrets are deleted before them, with their own Application or with one
  of a later wave below the same root;
- PostDelete hooks in Applications without `resources-finalizer`;
- PostDelete hooks before Argo CD 2.10 and PreDelete hooks before 3.3, where it is known which one runs.

A defect of a chart is one finding, at the config that makes the first Application with it.

## What Argo CD does

A hook of an unknown type has no phase: the object is never applied, without a message. An unknown delete policy is ignored.
A wave that is no integer counts as 0 (gitops-engine `pkg/sync/hook/hook.go`, `pkg/sync/syncwaves/waves.go`). PostDelete
hooks are created when the objects of the Application are gone (argo-cd `controller/appcontroller.go`): a Job without its
ServiceAccount never gets a Pod, and the deletion never ends.

## How to fix

Correct the word in the config, or the template in your copy of the charts.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, misread_help, misread_text

RULE = Rule(
    code="WAV009",
    name="chart-hook-or-wave",
    severity="error",
    tags=("order", "hooks", "deletion"),
    local=True,
    charts=True,
)

_SUITE = (
    'merge-key: "dev/cluster1/inst2"\nibm_mas_suite:\n  mas_channel: 9.1.x\n  domain: inst2.apps.cluster1.example.com\n'
    "  mas_annotations:\n    mas.ibm.com/operationalMode: production\n    %s\n"
)
_FILE = "dev/cluster1/inst2/ibm-mas-suite.yaml"
_HOOK = "argocd.argoproj.io/hook: "
BAD = (
    Example("a hook that there is not", {_FILE: _SUITE % f"{_HOOK}postsync  #! WAV009"}),
    Example("a wave in words", {_FILE: _SUITE % "argocd.argoproj.io/sync-wave: last  #! WAV009"}),
)
GOOD = (Example("a wave", {_FILE: _SUITE % 'argocd.argoproj.io/sync-wave: "142"'}),)


def check(context: Context) -> Drafts:
    """What the config writes itself, then what the charts do."""
    for _, place, wrong in context.misread_values:
        yield RULE.draft(
            place,
            misread_text(wrong),
            help=misread_help(wrong),
            affects=context.applications_for(place),
            severity="error" if wrong.effect == "never" else "warning",
        )
    for one in context.chart_troubles:
        where = f"`{one.template}` of `{one.chart}`" if one.chart else f"the template `{one.template}`"
        told, advice, severity = _told(one)
        yield RULE.draft(
            one.place,
            f"{where}, {one.label}: {told}",
            help=f"in your copy of the charts, {advice}",
            affects=one.applications,
            severity=severity,
        )


def _told(one: object) -> tuple[str, str, str]:
    """What happens, how to mend it, and how bad it is."""
    kind, wrong, needed, provider, other = (
        getattr(one, name) for name in ("kind", "misread", "needed", "provider", "other")
    )
    if kind == "misread":
        return misread_text(wrong), misread_help(wrong), "error" if wrong.effect in ("never", "text") else "warning"
    through = f"{needed} ({provider})" if provider != needed else needed
    if kind == "early":
        told = f"the PreSync hook needs {through}, which the sync applies only after it: a first sync waits for ever"
        return told, "make that a PreSync hook with a lower wave, or this one a Sync hook", "warning"
    if kind == "late":
        told = f"the PostDelete hook needs {through}, which is deleted before it: the deletion never ends"
        return told, "make that a PostDelete hook too, or keep it in an Application of an earlier wave", "error"
    if kind == "elsewhere":
        told = f"the PostDelete hook needs {through} of `{other}`, which is in a later wave and is taken down first"
        return told, "bring it in an Application of the same or an earlier wave", "error"
    if kind == "unknown":
        told = f"the Argo CD that runs knows no {needed} hooks: the object is never applied"
        return told, "do without it, or upgrade Argo CD", "error"
    told = "the PostDelete hook cleans up after an Application without `resources-finalizer`, whose objects all stay"
    return told, "add `resources-finalizer.argocd.argoproj.io` to the Application", "warning"
