"""The licence service and what refers to it disagree.

## What it checks

- The `url` of an SLS suite configuration is `https://sls.mas-<instance>-sls.svc` when the instance brings its own licence
  service (`ibm_sls` without `ibm_customer_number`).
- `ibm_sls.mongo_spec.secretName` is `ibm_sls.sls_mongo_secret_name`.

## What Argo CD does

The licence service runs in the namespace `mas-<instance>-sls`; a url of another instance registers the suite there, or
nowhere. The chart makes the Mongo credentials Secret under `sls_mongo_secret_name`, and LicenseService waits for the one
that `mongo_spec` names (ibm-mas/gitops `100-ibm-sls`).

## How to fix

Write the names that the message gives.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule, misfit

RULE = Rule(code="REF012", name="licence-service", severity="error", tags=("reference",), local=True)

BAD = (
    Example(
        "the url of another instance",
        {
            "dev/cluster1/inst2/ibm-mas-suite-configs.yaml": (
                'merge-key: "dev/cluster1/inst2"\nibm_mas_suite_configs:\n  - mas_config_name: inst2-sls-system\n'
                "    mas_config_chart: ibm-mas-sls-config\n    mas_config_scope: system\n"
                "    url: https://sls.mas-inst1-sls.svc  #! REF012\n"
            ),
        },
    ),
)
GOOD = (Example("its own"),)


def check(context: Context) -> Drafts:
    """Url and Mongo secret of the licence service."""
    for scope in context.mas.scopes:
        sls = scope.get("ibm_sls")
        if scope.level != "instance" or not isinstance(sls, dict):
            continue
        secret, named = sls.get("sls_mongo_secret_name"), scope.get("ibm_sls", "mongo_spec", "secretName")
        if isinstance(secret, str) and isinstance(named, str) and secret != named:
            yield RULE.draft(
                scope.place(("ibm_sls", "mongo_spec", "secretName")),
                f"`mongo_spec.secretName` is `{named}`, but the chart makes the Secret `{secret}` "
                "(`sls_mongo_secret_name`): the licence service waits for one that never appears",
                help=f"write `{secret}`",
                related=[(scope.place(("ibm_sls", "sls_mongo_secret_name")), "the Secret that is made")],
                affects=context.applications_at(scope, ("ibm_sls",)),
            )
        if sls.get("ibm_customer_number"):
            continue
        for keys, item in scope.items("ibm_mas_suite_configs"):
            url = item.get("url")
            if item.get("mas_config_chart") != "ibm-mas-sls-config" or not isinstance(url, str):
                continue
            expected = f"https://sls.mas-{scope.instance}-sls.svc"
            if url.rstrip("/") == expected or ".svc" not in url or url.startswith("<path:"):
                continue
            if misfit((*keys, "url"), url) is not None:
                continue
            if url.removesuffix(".cluster.local") == expected or url.startswith((expected + ":", expected + ".")):
                continue
            yield RULE.draft(
                scope.place((*keys, "url")),
                f"`{url}` is not this instance's licence service, which is `{expected}`",
                help=f"write `{expected}`",
                affects=context.applications_at(scope, keys),
            )
