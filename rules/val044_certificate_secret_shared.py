"""Install and configuration of an application own the same certificate Secret.

## What it checks

`public_tls_secret_name` with `mas_manual_cert_mgmt` in an application's install block and in its entry of
`ibm_mas_masapp_configs`: in one namespace they must differ.

## What Argo CD does

Both charts render a Secret of that name. Two Applications own one object: each sync takes it over from the other
(`SharedResourceWarning`), and with pruning or deletion of one the other loses its certificate (ibm-mas/gitops
`500-540-ibm-mas-suite-app-install` and `510-550-ibm-mas-suite-app-config`, the cert Secret of both).

## How to fix

Give the two Secrets different names.
"""

from masgitops_lint.sdk import Context, Drafts, Example, Rule

RULE = Rule(code="VAL044", name="certificate-secret-shared", severity="error", tags=("values", "names"), local=True)

_INSTALL = (
    'merge-key: "dev/cluster1/inst1"\nibm_suite_app_manage_install:\n  mas_app_id: manage\n  mas_edition: standard\n'
    '  mas_app_namespace: mas-inst1-manage\n  mas_app_channel: "9.1.x"\n  mas_manual_cert_mgmt: true\n'
    "  public_tls_secret_name: manage-install-tls\n"
)
_CONFIG = (
    'merge-key: "dev/cluster1/inst1"\nibm_mas_masapp_configs:\n  - mas_app_id: manage\n'
    "    mas_app_namespace: mas-inst1-manage\n    mas_workspace_id: main\n    mas_manual_cert_mgmt: true\n"
    "    public_tls_secret_name: manage-{name}-tls{mark}\n    mas_appws_spec:\n      settings:\n        db: {{}}\n"
    "      components: {{}}\n"
)
_PATHS = ("dev/cluster1/inst1/ibm-mas-masapp-manage-install.yaml", "dev/cluster1/inst1/ibm-mas-masapp-configs.yaml")
BAD = (Example("one name", {_PATHS[0]: _INSTALL, _PATHS[1]: _CONFIG.format(name="install", mark="  #! VAL044")}),)
GOOD = (Example("two names", {_PATHS[0]: _INSTALL, _PATHS[1]: _CONFIG.format(name="config", mark="")}),)


def check(context: Context) -> Drafts:
    """Configurations against everything before them that makes such a Secret."""
    for scope in context.mas.scopes:
        if scope.level != "instance":
            continue
        blocks = [
            ((key,), value)
            for key, value in scope.values.items()
            if isinstance(value, dict) and key.startswith("ibm_suite_app_") and key.endswith("_install")
        ]
        owners = {}
        for keys, block in (*blocks, *scope.items("ibm_mas_masapp_configs")):
            name, namespace = block.get("public_tls_secret_name"), block.get("mas_app_namespace")
            if not (block.get("mas_manual_cert_mgmt") and isinstance(name, str) and name and namespace):
                continue
            other = owners.setdefault((namespace, name), keys)
            if other is keys:
                continue
            yield RULE.draft(
                scope.place((*keys, "public_tls_secret_name")),
                f"the Secret `{name}` in `{namespace}` is also made by `{other[0]}`: two Applications own it and take it "
                "from each other",
                help="give each its own `public_tls_secret_name`",
                related=[(scope.place((*other, "public_tls_secret_name")), "the other owner")],
                affects=(*context.applications_at(scope, keys), *context.applications_at(scope, other)),
            )
