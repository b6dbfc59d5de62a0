"""A channel of an application that does not go with the suite's.

## What it checks

`mas_app_channel` of every application install, and the channels of the license service and the AI service, against the cluster's
operator catalogue: does it have the channel, and does it list it for the channel of the suite? A channel of the suite channel just
before is a warning: that is how things stand between the upgrade of the suite and that of its applications.

## What Argo CD does

It creates the Subscription as it stands. OLM does not find a channel that is not there; an application that is newer than its suite
installs, and then refuses to configure (`incompatible version of core`), which holds the later waves of the instance.

## How to fix

Take the channel that the catalogue lists for the suite's: `mas-lint catalogs show v9-260326-amd64`.
"""

from typing import Any

from masgitops_lint.sdk import Context, Drafts, Example, Rule, Scope, is_unfilled, nearest

RULE = Rule(
    code="REF023", name="app-channel", severity="error", tags=("reference", "versions", "catalogue"), local=True
)

_INSTALL = (
    'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n'
    "  mas_app_namespace: mas-inst1-manage\n  mas_app_channel: %s\n"
)
BAD = (
    Example(
        "newer than the suite",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL % '"9.2.x-feature"  #! REF023'},
    ),
    Example(
        "of the suite before",
        {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL % '"9.0.x"  #! REF023'},
    ),
    Example(
        "no such channel", {"dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL % '"9.1"  #! REF023'}
    ),
    Example(
        "not supported with this suite",
        {
            "dev/cluster1/inst1/ibm-mas-suite.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_suite:\n  mas_channel: "9.0.x"\n  domain: inst1.apps.cluster1.example.com\n'
            ),
            "dev/cluster1/inst1/ibm-mas-masapp-facilities-install.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_suite_app_facilities_install:\n  mas_app_id: facilities\n'
                '  mas_app_namespace: mas-inst1-facilities\n  mas_app_channel: "9.1.x"  #! REF023\n'
            ),
        },
        remove=("dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml",),
    ),
)
GOOD = (
    Example("the suite's"),
    Example(
        "numbered otherwise",
        {
            "dev/cluster1/inst1/ibm-mas-suite.yaml": (
                'merge-key: "dev/cluster1/inst1"\nibm_mas_suite:\n  mas_channel: "8.11.x"\n  domain: inst1.apps.cluster1.example.com\n'
            ),
            "dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml": _INSTALL % '"8.7.x"',
        },
    ),
)


def check(context: Context) -> Drafts:
    """Channels of applications, license service and AI service."""
    for scope in context.mas.scopes:
        catalog = context.catalog_of(scope)
        if catalog is None:
            continue
        if scope.level == "instance":
            core = scope.get("ibm_mas_suite", "mas_channel")
            for key, block in scope.values.items():
                if key.startswith("ibm_suite_app_") and key.endswith("_install") and isinstance(block, dict):
                    app = block.get("mas_app_id") or key[len("ibm_suite_app_") : -len("_install")]
                    keys = (key, "mas_app_channel")
                    if _follows(context, catalog, core, str(app), scope.get(*keys)):
                        continue  # told at the channel of the suite
                    yield from _app(
                        context, scope, catalog, str(app), keys, core if core in catalog.core_channels else None
                    )
        if scope.level == "aiservice":
            yield from _app(context, scope, catalog, "aiservice", ("ibm_aiservice", "aiservice_channel"), None)
        if scope.level in ("instance", "sls"):
            for keys in (("ibm_sls", "sls_channel"), ("ibm_sls_standalone", "sls_channel")):
                channel = scope.get(*keys)
                if isinstance(channel, str) and channel and catalog.sls_channel and channel != catalog.sls_channel:
                    yield RULE.draft(
                        scope.place(keys),
                        f"the catalogue `{catalog.id}` has the license service {catalog.sls} in channel {catalog.sls_channel}, not "
                        f"in `{channel}`: the operator is not installed or upgraded",
                        help=f"write {catalog.sls_channel}",
                        affects=context.applications_at(scope, keys),
                    )


def _follows(context: Context, catalog: Any, core: Any, app: str, channel: Any) -> bool:
    """Whether a channel goes with a suite's channel that the catalogue lacks, and other catalogues have."""
    if not isinstance(core, str) or not isinstance(channel, str) or core in catalog.core_channels:
        return False
    return any(core in other.cores_for(app, channel) for other in context.catalogs.of(catalog.architecture))


def _app(context: Context, scope: Scope, catalog: Any, app: str, keys: tuple[str, str], core: str | None) -> Drafts:
    channel = scope.get(*keys)
    listed = catalog.channels(app)
    if not isinstance(channel, str) or not channel or app not in catalog.apps or is_unfilled(channel):
        return
    cores = catalog.cores_for(app, channel)
    if not cores:
        near = nearest(channel, listed.values(), 0.6)
        wanted = listed.get(core) if core else None
        known = (
            f"it has {', '.join(dict.fromkeys(listed.values()))}"
            if listed
            else f"it has none for {catalog.architecture}"
        )
        yield RULE.draft(
            scope.place(keys),
            f"the catalogue `{catalog.id}` has no channel `{channel}` of {app} ({known}): the operator is not installed or "
            "upgraded, and the sync waits",
            help=f"write {wanted}, which goes with {core}"
            if wanted
            else f"did you mean {near}?"
            if near
            else "take one it has",
            affects=context.applications_at(scope, keys),
        )
    elif core is not None and core not in cores:
        order = list(catalog.core_channels)
        wanted = listed.get(core)
        before = max((order.index(one) for one in cores if one in order), default=-1)
        place = order.index(core)
        # A feature channel stands between two releases: the release before it is the one before.
        late = before < place and all("-" in one for one in order[before + 1 : place])
        what = "older" if before < place else "newer"
        with_core = f"with {wanted}" if wanted else "not at all"
        yield RULE.draft(
            scope.place(keys),
            f"channel `{channel}` of {app} goes with the suite {', '.join(cores)}, which is {what} than `{core}`: the catalogue "
            f"`{catalog.id}` lists {app} for it {with_core}",
            help=f"write {wanted}" if wanted else f"remove {app}, or take another channel of the suite",
            related=[(scope.place(("ibm_mas_suite", "mas_channel")), "the channel of the suite")],
            affects=context.applications_at(scope, keys),
            severity="warning" if late else "error",
        )
