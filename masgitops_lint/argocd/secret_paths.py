"""Backends of the Argo CD Vault Plugin and the forms of their paths.

Source: argocd-vault-plugin 1.18 `pkg/backends/*.go` (what each backend does with a path and a key), the AWS Secrets
Manager API reference for the ARN. A path rarely tells its backend for sure, so what is not unmistakable is "unknown"
unless the caller knows the backend (`AVP_TYPE`, or the settings).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Place
from masgitops_lint.model.secret import Backend, SecretReference

from .placeholders import Placeholder, scan

AVP_TYPES: dict[str, Backend] = {
    "vault": "vault",
    "awssecretsmanager": "aws",
    "azurekeyvault": "azure",
    "gcpsecretmanager": "gcp",
    "ibmsecretsmanager": "ibm",
    "sops": "sops",
    "yandexcloudlockbox": "yandex",
    "1passwordconnect": "1password",
    "keepersecretsmanager": "keeper",
    "delineasecretserver": "delinea",
    "kubernetessecret": "kubernetes",
}
"""The plugin's `AVP_TYPE` -> backend."""

IBM_TYPES = frozenset(
    {"arbitrary", "iam_credentials", "imported_cert", "kv", "private_cert", "public_cert", "username_password"}
)

_REGION = late_pattern(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}")
_ACCOUNT = late_pattern(r"\d{12}")
_NAME = late_pattern(r"[A-Za-z0-9/_+=.@-]+")
_ARN = r"arn:aws[a-z-]*:secretsmanager:[a-z]{2}(?:-[a-z]+)+-\d{1,2}:\d{12}:secret:(?!-)[A-Za-z0-9/_+=.@-]+"
_SOUND_ARN = late_pattern(_ARN)
_ONE_SOUND_ARN = late_pattern(rf"<path:{_ARN}#[^\s<>#|&]+>")
"""What most references look like: nothing can be wrong with the path of these."""
_SUFFIX = late_pattern(r"-(?=.*[A-Z])(?=.*[a-z0-9])[A-Za-z0-9]{6}")
_GCP = late_pattern(r"projects/([^/]+)/secrets/([^/]+)")
_IBM = late_pattern(r"ibmcloud/([^/]+)/secrets/groups/([^/\n]+)(?:/(.+))?", re.S)
_ONEPASSWORD = late_pattern(r"vaults/([^/]+)/items/(.+)", re.S)
_SPACE_OR_COLON = late_pattern(r"[:\s]")
_SOPS = late_pattern(r"[^:\s]+\.(?:ya?ml|json|enc|env|ini)")
_AZURE_VERSION = late_pattern(r"[0-9a-f]{32}")
_AZURE_VAULT = late_pattern(r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]")
_AWS_VERSION = late_pattern(r"AWSCURRENT|AWSPREVIOUS|[A-Za-z0-9-]{32,64}")


class Arn(NamedTuple):
    """The parts of a Secrets Manager ARN as written; `name` without the six random characters AWS adds."""

    partition: str
    service: str
    region: str
    account: str
    resource: str
    name: str
    suffix: str = ""


@lru_cache(maxsize=4096)
def parse_arn(path: str) -> Arn | None:
    """The ARN in `path`, or None when it is none (`arn:` and at least six parts)."""
    parts = path.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return None
    _, partition, service, region, account, rest = parts
    resource, _, name = rest.partition(":")
    suffix = name[-7:] if name[-7:-6] == "-" and _SUFFIX.fullmatch(name[-7:]) else ""
    if suffix:
        name = name[:-7]
    return Arn(partition, service, region, account, resource, name, suffix[1:])


def guess_backend(path: str, key: str = "", version: str = "") -> Backend:
    """The backend whose form the path has beyond doubt, else "unknown"."""
    if path.startswith("arn:") or version in ("AWSCURRENT", "AWSPREVIOUS"):
        return "aws"
    if _GCP.fullmatch(path):
        return "gcp"
    if path.startswith("ibmcloud/"):
        return "ibm"
    if _ONEPASSWORD.fullmatch(path):
        return "1password"
    if path.find("/data/") > 0 and not path.startswith("/") and not _SPACE_OR_COLON.search(path):
        return "vault"
    if _SOPS.fullmatch(path):
        return "sops"
    if _AZURE_VERSION.fullmatch(version) and _AZURE_VAULT.fullmatch(path):
        return "azure"
    return "unknown"


def reference(placeholder: Placeholder, place: Place, backend: Backend = "unknown") -> SecretReference:
    """The reference that a placeholder makes. `backend` is what the caller knows; an ARN overrules it.

    `path` is normalised to what the store itself calls the secret: an ARN gives its name; Azure Key Vault gives
    `vault/secret` with no field, as the plugin's key is the secret there; GCP likewise has no field. HashiCorp Vault
    paths stay as the plugin asks for them (KV version 2 has `data` after the mount).
    """
    path, key, version = placeholder.path.strip(), placeholder.key, placeholder.version
    arn = parse_arn(path)
    modifiers = tuple([modifier.name for modifier in placeholder.modifiers])
    known = "aws" if arn else (backend if backend != "unknown" else guess_backend(path, key, version))
    raw = placeholder.raw
    if arn is not None:
        return SecretReference(arn.name, key, place, raw, known, "avp", version, arn.region, arn.account, modifiers)
    name, field = path, key
    if known == "azure":
        name, field = f"{path}/{key}", ""
    elif known == "gcp":
        field = ""
    return SecretReference(name, field, place, raw, known, version=version, modifiers=modifiers)


def malformed(text: str, backend: Backend) -> list[tuple[Placeholder, str]]:
    """The placeholders in a text whose path the store must refuse, and why."""
    if _ONE_SOUND_ARN.fullmatch(text):
        return []
    return [(one, problem) for one in scan(text) if (problem := path_problem(one.path, one.key, one.version, backend))]


def path_problem(path: str, key: str = "", version: str = "", backend: Backend = "unknown") -> str:
    """Why the backend must refuse the path, as the rest of a sentence; "" where it may be right.

    Placeholder-like account ids (`xxxxxxxxxxxx`, `<account>`) are not judged: they stand for one.
    """
    if path.startswith(("arn:", "arn-")):
        return "" if _SOUND_ARN.fullmatch(path) else _arn_problem(path)
    known = guess_backend(path, key, version) if backend == "unknown" else backend
    if known == "gcp":
        match = _GCP.fullmatch(path)
        if match is None:
            return "a GCP path has the form `projects/PROJECT/secrets/SECRET`"
        if key and key != match[2]:
            return f"GCP's key must be the secret's own name, `{match[2]}`"
    if known == "ibm":
        return _ibm_problem(path)
    if known == "1password" and not _ONEPASSWORD.fullmatch(path):
        return "a 1Password path has the form `vaults/VAULT/items/ITEM`"
    if known == "delinea" and not re.fullmatch(r"[+-]?\d+", path):
        return "a Delinea path is the secret's number"
    if known == "azure" and not _AZURE_VAULT.fullmatch(path):
        return "an Azure path is the name of the key vault: 3 to 24 letters, digits and hyphens"
    if known == "aws" and version and not _AWS_VERSION.fullmatch(version):
        return "an AWS version is `AWSCURRENT`, `AWSPREVIOUS` or a version id of 32 to 64 characters"
    return ""  # Vault's client cleans the path: a slash at either end is harmless


def _ibm_problem(path: str) -> str:
    match = _IBM.fullmatch(path)
    if match is None:
        return "an IBM path has the form `ibmcloud/TYPE/secrets/groups/GROUP[/SECRET]`"
    if match[1] not in IBM_TYPES:
        return f"IBM Secrets Manager has no secret type `{match[1]}` that the plugin knows"
    if match[1] == "arbitrary" and match[3]:
        return "the form with a secret name is not supported for arbitrary secrets"
    return ""


def _arn_problem(path: str) -> str:
    arn = parse_arn(path)
    if arn is None:
        return "an ARN has seven parts: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`"
    if not arn.partition.startswith("aws"):
        return f"an ARN's second part is `aws`, `aws-cn` or `aws-us-gov`, not `{arn.partition}`"
    if arn.service != "secretsmanager":
        return f"the ARN's service must be `secretsmanager`, not `{arn.service}`"
    if arn.resource != "secret":
        return f"the ARN needs `secret:` before the secret's name, not `{arn.resource}`"
    if not arn.name:
        return "the ARN names no secret"
    if arn.region and not _REGION.fullmatch(arn.region) and _plain(arn.region):
        return f"`{arn.region}` is no AWS region"
    if arn.account.isdigit() and not _ACCOUNT.fullmatch(arn.account):
        return f"an AWS account id has 12 digits, this one has {len(arn.account)}"
    if not arn.region or not arn.account:
        return "the ARN has an empty part"
    if not _NAME.fullmatch(arn.name):
        return "a secret's name holds letters, digits and `/_+=.@-` only"
    return ""


def _plain(text: str) -> bool:
    return not set(text.lower()) <= {"x"} and not any(sign in text for sign in "<>{}$")
