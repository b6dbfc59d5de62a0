"""What the files of a repo tell of the Argo CD that runs: images, references, charts, operators and channels.

Only files whose bytes mention Argo CD are read. Forms and their meaning: Argo CD's installation manifests and kustomize
examples, the argo-helm chart, the ArgoCD resource of argocd-operator, and OLM subscriptions (see `releases`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.model.place import Keys, Place, Span

from .releases import from_gitops, from_helm_chart, from_operator, gitops_line
from .versions import ANY, LAST, Interval, at_version

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

Kind: TypeAlias = Literal["image", "reference", "chart", "argocd-resource", "subscription", "operator", "script"]

RANK: Mapping[Kind, int] = {
    "image": 0,
    "argocd-resource": 1,
    "reference": 2,
    "chart": 2,
    "subscription": 3,
    "operator": 4,
    "script": 9,
}
"""Which evidence of one installation decides: what names the running image before what names a package of it."""


class Evidence(NamedTuple):
    """One thing that tells a version.

    `text` names it for a reader, `written` is the version as written, `interval` what that means (ANY where it names a
    moving target). `line` is the OpenShift GitOps minor where it is one. `exact` is False where later patches may run.
    `install` tells apart several installations: the directory, and for an Application its file.
    """

    kind: Kind
    place: Place
    text: str
    written: str
    interval: Interval
    install: str
    line: str = ""

    @property
    def moving(self) -> bool:
        """Whether it names a branch, `latest`, or nothing at all: the version changes without a commit."""
        return self.interval == ANY


_TELLING = re.compile(
    rb"argoproj/argo-?cd|\bargo-cd\b|kind: *[\"']?ArgoCD\b|openshift-gitops-operator|argocd-operator|ARGO_?CD_VERSION"
)
_SCRIPT = late_pattern(r"(?:\.(?:sh|bash|tf|mk|just|ps1)|(?:^|/)(?:Makefile|justfile|Taskfile\.ya?ml))\Z")
_ASIDE = late_pattern(r"(?:^|/)(?:docs?|examples?|samples?|tests?|testdata|fixtures?|node_modules|vendor|_?archived?)/")
_LARGE = 200_000
_IMAGE = late_pattern(r"(?:^|[\s\"'/=])((?:[\w.-]+(?::\d+)?/)*argoproj/argocd(?:-applicationset)?):(v?\d[\w.+-]*)")
_WHOLE_IMAGE = late_pattern(r"((?:[\w.-]+(?::\d+)?/)*argoproj/argocd(?:-applicationset)?):([\w.+-]+)(?:@sha256:\w+)?\Z")
_IMAGE_NAME = late_pattern(r"(?:[\w.-]+(?::\d+)?/)*argoproj/argocd\Z")
_OPERATOR_IMAGE = late_pattern(r"(?:[\w.-]+/)*argoproj-?labs/argocd-operator:(v?\d[\w.+-]*)")
_URL = late_pattern(
    r"""(?x) (?:https?://|ssh://git@|git@|git::https://)? (?:raw\.githubusercontent\.com|github\.com)[/:]
    (?P<repo>argoproj/argo-cd|argoproj-labs/argocd-operator|argoproj/argo-helm) (?:\.git)? (?![\w.-])
    (?P<rest>[^\s"'\\)>]*)"""
)
_REF = late_pattern(r"[?&](?:ref|version)=([^&\s\"']+)")
_IN_PATH = late_pattern(r"^/+(?:raw/|blob/|tree/|releases/download/)?(?:refs/(?:tags|heads)/)?(?P<ref>[^/?]+)(?:/|$)")
_ENVIRONMENT = late_pattern(r"\bARGO_?CD_VERSION\b\s*[:=]{1,2}\s*[\"']?(v?\d+\.\d+[\w.+-]*)")
_TERRAFORM = late_pattern(r"resource\s+\"helm_release\"[^{]*\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}")


def find_evidence(repository: Repository, skip: frozenset[str] = frozenset()) -> tuple[Evidence, ...]:
    """Everything the repo tells, by path. Files named `skip` (MAS config) are not opened."""
    found: list[Evidence] = []
    for path in repository.paths:
        name = path.rpartition("/")[2]
        if name in skip:
            continue
        script = _SCRIPT.search(path) is not None
        if not (script or name.endswith((".yaml", ".yml"))) or _ASIDE.search(path):
            continue
        try:
            raw = repository.read(path)
        except OSError:
            continue
        if _TELLING.search(raw) is not None:
            found.extend(_in_text(path, raw, script=script) if script else _in_file(repository, path, raw))
    return tuple(dict.fromkeys(found))


def _in_file(repository: Repository, path: str, raw: bytes) -> Iterator[Evidence]:
    if path.startswith(".github/") or "/.github/" in path or path.endswith(".gitlab-ci.yml"):
        yield from _in_text(path, raw, script=True)
        return
    if len(raw) > _LARGE:
        yield from _in_text(path, raw, script=False)
        return
    document = repository.document(path)
    if not document.ok:
        yield from _in_text(path, raw, script=False)
        return
    for number, data in enumerate(document.documents):
        yield from _Reader(path, number, data).read()


# -- text that is no YAML ---------------------------------------------------------------------------------------------


def _in_text(path: str, raw: bytes, *, script: bool) -> Iterator[Evidence]:
    """Large manifests, templates and scripts: by pattern, the first of each form."""
    text = raw.decode("utf-8", "replace")
    kind: Kind = "script" if script else "image"
    directory = path.rpartition("/")[0]
    image = _IMAGE.search(text)
    if image is not None:
        place = _spot(path, text, image.start(1), image.end(2))
        shown = f"image {image[1]}:{image[2]}"
        yield Evidence(kind, place, shown, image[2], at_version(image[2]) or ANY, directory)
    for match in _URL.finditer(text):
        one = _from_url(match, _spot(path, text, match.start(), match.end()), directory)
        if one is not None:
            yield one if not script else _weaker(one)
            break
    if script:
        variable = _ENVIRONMENT.search(text)
        if variable is not None:
            place = _spot(path, text, variable.start(), variable.end())
            version = at_version(variable[1]) or ANY
            yield Evidence("script", place, f"variable in {path}", variable[1], version, directory)
        yield from _terraform(path, text, directory)


def _weaker(one: Evidence) -> Evidence:
    return Evidence("script", one.place, one.text, one.written, one.interval, one.install, one.line)


def _terraform(path: str, text: str, directory: str) -> Iterator[Evidence]:
    for block in _TERRAFORM.finditer(text):
        body = block["body"]
        if not re.search(r'^\s*chart\s*=\s*"(?:[^"]*/)?argo-cd"', body, re.MULTILINE):
            continue
        version = re.search(r'^\s*version\s*=\s*"([^"]+)"', body, re.MULTILINE)
        if version is not None:
            start = block.start("body") + version.start(1)
            place = _spot(path, text, start, start + len(version[1]))
            interval = from_helm_chart(version[1]) or ANY
            yield Evidence("chart", place, f"chart argo-cd {version[1]}", version[1], interval, directory)


def _spot(path: str, text: str, start: int, end: int) -> Place:
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Place(path, span=Span(line, column, line, column + end - start))


def _from_url(match: re.Match[str], place: Place, install: str) -> Evidence | None:
    """A URL into the source of Argo CD, of its operator or of its chart: the Git reference is the version."""
    repo, rest = match["repo"], match["rest"]
    asked = _REF.search(rest)
    in_path = None if asked else _IN_PATH.match(rest)
    reference = asked[1] if asked else in_path["ref"] if in_path and _is_reference(match, in_path["ref"]) else ""
    if repo == "argoproj/argo-cd":
        if not any(part in rest for part in ("manifests", "install", "crds")):
            return None
        text = f"manifests of argoproj/argo-cd at {reference}" if reference else "manifests of argoproj/argo-cd"
        return Evidence("reference", place, text, reference, at_version(reference) or ANY, install)
    if repo == "argoproj-labs/argocd-operator":
        interval = from_operator(reference) or ANY
        text = f"argocd-operator {reference}".rstrip()
        return Evidence("operator", place, text, reference, interval, install)
    chart = re.match(r"argo-cd-(\d.*)", reference)
    if "charts/argo-cd" not in rest or chart is None:
        return None
    return Evidence("chart", place, f"chart argo-cd {chart[1]}", chart[1], from_helm_chart(chart[1]) or ANY, install)


def _is_reference(match: re.Match[str], word: str) -> bool:
    """Raw URLs carry the reference in the path; kustomize's go on with the directory."""
    return re.search(r"raw\.githubusercontent\.com|/(?:raw|blob|tree|releases/download)/", match.group()) is not None


# -- documents --------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


class _Reader:
    """Evidence in one document."""

    def __init__(self, path: str, number: int, data: Any) -> None:
        self.path = path
        self.number = number
        self.data = data
        self.directory = path.rpartition("/")[0]
        self.kind = _text(_mapping(data).get("kind"))
        self.group = _text(_mapping(data).get("apiVersion")).rpartition("/")[0]

    def at(self, keys: Keys) -> Place:
        return Place(self.path, keys, document=self.number)

    def read(self) -> Iterator[Evidence]:
        name = self.path.rpartition("/")[2]
        if self.kind == "ArgoCD" and self.group == "argoproj.io":
            yield from self.argocd_resource()
        elif self.kind == "Subscription" and self.group == "operators.coreos.com":
            yield from self.subscription()
        elif self.kind == "ClusterExtension":
            yield from self.extension()
        elif self.kind in ("HelmRelease", "HelmChart") and "fluxcd" in self.group:
            yield from self.helm_release()
        elif self.kind == "OCIRepository":
            yield from self.oci_repository()
        elif self.kind == "HelmChart" and "cattle" in self.group:
            yield from self.k3s_chart()
        elif name in ("Chart.yaml", "requirements.yaml"):
            yield from self.dependencies()
        else:
            yield from self.walk(self.data, ())

    def chart(self, version: Any, keys: Keys, install: str) -> Evidence:
        written = _text(version)
        interval = (from_helm_chart(written) if written else None) or ANY
        text = f"chart argo-cd {written}" if written else "chart argo-cd without a version"
        return Evidence("chart", self.at(keys), text, written, interval, install)

    def tag_in_values(self, values: Any, keys: Keys, install: str) -> Iterator[Evidence]:
        """`global.image.tag` of the chart's values takes the place of the chart's own Argo CD."""
        image = _mapping(_mapping(_mapping(values).get("global")).get("image"))
        tag = _text(image.get("tag"))
        if tag:
            place = self.at((*keys, "global", "image", "tag"))
            yield Evidence("image", place, f"image tag {tag}", tag, at_version(tag) or ANY, install)

    # -- operators ----------------------------------------------------------------------------------------------------

    def argocd_resource(self) -> Iterator[Evidence]:
        spec = _mapping(self.data.get("spec"))
        version = _text(spec.get("version"))
        if version:
            text = f"version {version[:40]} of the ArgoCD resource"
            place = self.at(("spec", "version"))
            yield Evidence("argocd-resource", place, text, version, at_version(version) or ANY, self.path)
            return
        image = _IMAGE.search(_text(spec.get("image")))
        if image is not None:
            text = f"image {image[1]}:{image[2]} of the ArgoCD resource"
            place = self.at(("spec", "image"))
            yield Evidence("argocd-resource", place, text, image[2], at_version(image[2]) or ANY, self.path)

    def subscription(self) -> Iterator[Evidence]:
        spec = _mapping(self.data.get("spec"))
        package = _text(spec.get("name"))
        if package not in ("openshift-gitops-operator", "argocd-operator"):
            return
        csv, channel = _text(spec.get("startingCSV")), _text(spec.get("channel"))
        manual = _text(spec.get("installPlanApproval")) == "Manual"
        if package == "argocd-operator":
            yield from self.operator_package(csv, manual=manual)
            return
        keys: Keys = ("spec", "startingCSV") if csv else ("spec", "channel") if channel else ("spec", "name")
        place, line = self.at(keys), gitops_line(channel)
        if csv and (started := gitops_line(csv)) is not None:
            interval = from_gitops(started) or ANY
            if not manual:
                # Updates are installed by themselves: within the channel's minor, or without end for `latest`.
                stays = from_gitops(line) if line is not None else None
                interval = Interval(interval.low, LAST if stays is None else max(interval.below, stays.below))
            text = f"OpenShift GitOps {csv}" + ("" if manual else ", updated automatically")
            line = started if manual else line
            yield Evidence("subscription", place, text, csv, interval, self.directory, line or "")
        else:
            interval = (from_gitops(line) if line is not None else None) or ANY
            text = f"OpenShift GitOps channel {channel or 'not named'}"
            yield Evidence("subscription", place, text, channel, interval, self.directory, line or "")

    def operator_package(self, csv: str, *, manual: bool) -> Iterator[Evidence]:
        match = re.search(r"\.v(\d[\w.]*)$", csv)
        place = self.at(("spec", "startingCSV") if csv else ("spec", "name"))
        interval = (from_operator(match[1]) if match else None) or ANY
        if interval != ANY and not manual:
            interval = Interval(interval.low)
        yield Evidence("operator", place, f"argocd-operator {csv or 'not pinned'}", csv, interval, self.directory)

    def extension(self) -> Iterator[Evidence]:
        catalog = _mapping(_mapping(_mapping(self.data.get("spec")).get("source")).get("catalog"))
        package, version = _text(catalog.get("packageName")), _text(catalog.get("version"))
        keys: Keys = ("spec", "source", "catalog", "version" if version else "packageName")
        if package == "openshift-gitops-operator":
            channels = catalog.get("channels")
            channel = _text(channels[0]) if isinstance(channels, list) and len(channels) == 1 else ""
            pinned = re.match(r"v?(\d+\.\d+)\.\d+$", version)
            line = pinned[1] if pinned else gitops_line(channel)
            interval = (from_gitops(line) if line else None) or ANY
            written = version or channel
            text = f"OpenShift GitOps {written}".rstrip()
            yield Evidence("subscription", self.at(keys), text, written, interval, self.directory, line or "")
        elif package == "argocd-operator":
            interval = from_operator(version) or ANY
            yield Evidence("operator", self.at(keys), f"argocd-operator {version}", version, interval, self.directory)

    # -- Helm ---------------------------------------------------------------------------------------------------------

    def dependencies(self) -> Iterator[Evidence]:
        listed = _mapping(self.data).get("dependencies")
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            if _mapping(one).get("name") == "argo-cd" and _is_argo(one.get("repository")):
                yield self.chart(one.get("version"), ("dependencies", index, "version"), self.directory)

    def helm_release(self) -> Iterator[Evidence]:
        spec = _mapping(self.data.get("spec"))
        chart: Mapping[str, Any] = spec
        keys: Keys = ("spec",)
        if self.kind == "HelmRelease":
            chart, keys = _mapping(_mapping(spec.get("chart")).get("spec")), ("spec", "chart", "spec")
        if _text(chart.get("chart")) == "argo-cd":
            yield self.chart(chart.get("version"), (*keys, "version"), self.directory)
            yield from self.tag_in_values(spec.get("values"), ("spec", "values"), self.directory)

    def oci_repository(self) -> Iterator[Evidence]:
        spec = _mapping(self.data.get("spec"))
        if re.search(r"/argo-helm/argo-cd/?$", _text(spec.get("url"))):
            reference = _mapping(spec.get("ref"))
            key = "tag" if reference.get("tag") else "semver"
            yield self.chart(reference.get(key), ("spec", "ref", key), self.directory)

    def k3s_chart(self) -> Iterator[Evidence]:
        spec = _mapping(self.data.get("spec"))
        if _text(spec.get("chart")).rpartition("/")[2] == "argo-cd":
            yield self.chart(spec.get("version"), ("spec", "version"), self.directory)

    # -- everything else ----------------------------------------------------------------------------------------------

    def walk(self, data: Any, keys: Keys) -> Iterator[Evidence]:
        """Sources, kustomizations and images at any depth."""
        pending: list[tuple[Any, Keys]] = [(data, keys)]
        while pending:
            value, route = pending.pop()
            if isinstance(value, dict):
                yield from self.mapping(value, route)
                pending.extend((below, (*route, key)) for key, below in reversed(value.items()))
            elif isinstance(value, list):
                pending.extend((below, (*route, index)) for index, below in reversed(list(enumerate(value))))
            elif isinstance(value, str) and len(route) and "argo" in value and "\n" not in value:
                yield from self.scalar(value, route)

    def mapping(self, value: dict[str, Any], route: Keys) -> Iterator[Evidence]:
        install = self.directory if self.kind in ("", "Kustomization", "Component") else self.path
        repository = value.get("repoURL")
        if value.get("chart") == "argo-cd" and isinstance(repository, str) and _is_argo(repository):
            yield self.chart(value.get("targetRevision"), (*route, "targetRevision"), install)
            yield from self.application_values(value.get("helm"), (*route, "helm"), install)
        elif isinstance(repository, str) and "targetRevision" in value:
            yield from self.git_source(value, repository, route, install)
        if route[-2:-1] == ("helmCharts",) and value.get("name") == "argo-cd" and _is_argo(value.get("repo")):
            yield self.chart(value.get("version"), (*route, "version"), install)
            yield from self.tag_in_values(value.get("valuesInline"), (*route, "valuesInline"), install)
        name = value.get("newName") or value.get("name")
        if route[-2:-1] == ("images",) and isinstance(name, str) and _IMAGE_NAME.search(name) and "newTag" in value:
            tag = _text(value["newTag"])
            place = self.at((*route, "newTag"))
            yield Evidence("image", place, f"image {name}:{tag}", tag, at_version(tag) or ANY, install)
        repository = value.get("repository")
        tag = _text(value.get("tag"))
        named = isinstance(repository, str) and _IMAGE_NAME.search(repository) is not None
        if tag and (named or (route[-2:] == ("global", "image") and "argo-cd" in route)):
            place = self.at((*route, "tag"))
            text = f"image {repository}:{tag}" if named else f"image tag {tag}"
            yield Evidence("image", place, text, tag, at_version(tag) or ANY, install)

    def is_component(self, route: Keys) -> bool:
        """Whether an image is that of a component: other containers (plugins, CLI jobs) may run an older one."""
        container: Any = self.data
        for key in route[:-1]:
            container = container[key]
        return route[-1] == "image" and _text(_mapping(container).get("name")).startswith("argocd-")

    def application_values(self, helm: Any, keys: Keys, install: str) -> Iterator[Evidence]:
        """The image tag that an Application gives the chart, in one of the three ways."""
        block = _mapping(helm)
        yield from self.tag_in_values(block.get("valuesObject"), (*keys, "valuesObject"), install)
        text = block.get("values")
        if isinstance(text, str) and "tag" in text:
            from masgitops_lint.repo.yaml import parse

            for one in self.tag_in_values(parse(self.path, text.encode()).data, (), install):
                yield Evidence(one.kind, self.at((*keys, "values")), one.text, one.written, one.interval, install)
        parameters = block.get("parameters")
        for index, one in enumerate(parameters if isinstance(parameters, list) else ()):
            if _mapping(one).get("name") == "global.image.tag":
                tag = _text(one.get("value"))
                place = self.at((*keys, "parameters", index, "value"))
                yield Evidence("image", place, f"image tag {tag}", tag, at_version(tag) or ANY, install)

    def git_source(self, value: dict[str, Any], url: str, route: Keys, install: str) -> Iterator[Evidence]:
        match = _URL.search(url)
        if match is None:
            return
        revision, path = _text(value.get("targetRevision")), _text(value.get("path"))
        place = self.at((*route, "targetRevision"))
        if match["repo"] == "argoproj/argo-cd" and path.startswith("manifests"):
            text = f"manifests of argoproj/argo-cd at {revision}"
            yield Evidence("reference", place, text, revision, at_version(revision) or ANY, install)
        elif match["repo"] == "argoproj/argo-helm" and path.strip("/") == "charts/argo-cd":
            version = revision.rpartition("argo-cd-")[2]
            yield self.chart(version, (*route, "targetRevision"), install)

    def scalar(self, value: str, route: Keys) -> Iterator[Evidence]:
        install = self.directory if self.kind in ("", "Kustomization", "Component") else self.path
        if "://" in value or value.startswith(("github.com", "git@", "git::")):
            last = next((key for key in reversed(route) if isinstance(key, str)), "")
            match = _URL.search(value) if last in ("resources", "bases", "components") else None
            one = _from_url(match, self.at(route), install) if match else None
            if one is not None:
                yield one
            return
        image = _WHOLE_IMAGE.match(value)
        if image is not None:
            text = f"image {image[1]}:{image[2]}"
            old = image[1].endswith("-applicationset")
            version = at_version("2.3") if old else at_version(image[2])
            kind: Kind = "image" if self.is_component(route) else "script"
            yield Evidence(kind, self.at(route), text, image[2], version or ANY, self.directory)
            return
        operator = _OPERATOR_IMAGE.fullmatch(value)
        if operator is not None:
            interval = from_operator(operator[1]) or ANY
            yield Evidence("operator", self.at(route), f"argocd-operator {operator[1]}", operator[1], interval, install)


def _is_argo(repository: Any) -> bool:
    """Whether a chart repository is the Argo project's own (others package Argo CD under other version numbers)."""
    text = _text(repository)
    return "argoproj" in text or "argo-helm" in text
