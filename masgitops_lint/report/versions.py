"""What a repo relies on, the lowest versions that have it all, and what runs: as data, and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.versions import Feature, feature, lowest_with
from masgitops_lint.model.place import Place, Span

from .json_text import indented

if TYPE_CHECKING:
    from masgitops_lint.argocd.detect import Verdict
    from masgitops_lint.context import Context

VERSION = 1
Locate = Callable[[Place], Span]


def versions_data(context: Context, locate: Locate) -> dict[str, Any]:
    """`{"version", "argocd": {"lowest", "needs", "accounts", "repository", "evidence", ...}, "flux", "catalogs"}`."""
    accounts = context.mas.accounts() if context.mas.found else ()
    needs = _needs(context, accounts, locate)
    lowest = lowest_with(feature(one["feature"]) for one in needs)
    from masgitops_lint.argocd.releases import data_date

    return {
        "version": VERSION,
        "argocd": {
            "lowest": str(lowest) if lowest is not None else None,
            "needs": needs,
            "accounts": [_account(context, account, locate) for account in accounts],
            "repository": _serving(context.argocd.verdict(), [feature(one["feature"]) for one in needs], locate),
            "evidence": [
                {**_spot(one.place, locate), "kind": one.kind, "text": one.text, "means": str(one.interval)}
                for one in context.argocd.evidence
            ],
            "disagreements": [
                {
                    "first": _spot(one.first.place, locate) | {"text": one.first.text},
                    "second": None
                    if one.second is None
                    else _spot(one.second.place, locate) | {"text": one.second.text},
                    "declared": one.declared or None,
                }
                for one in context.argocd.disagreements
            ],
            "data": data_date(),
        },
        "flux": _flux(context, locate),
        "catalogs": _catalogs(context, locate),
    }


def _spot(place: Place | None, locate: Locate) -> dict[str, Any]:
    if place is None or not place.path:
        return {"path": None, "line": None, "column": None}
    span = locate(place)
    return {"path": place.path, "line": span.line, "column": span.column}


def _needs(context: Context, accounts: Iterable[str], locate: Locate) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}

    def row(one: Feature) -> list[dict[str, Any]]:
        entry = rows.setdefault(
            one.id,
            {
                "feature": one.id,
                "title": one.title,
                "since": str(one.since),
                "backports": [str(version) for version in one.backports],
                "until": one.until or None,
                "needs": one.needs,
                "source": one.source,
                "where": [],
            },
        )
        where: list[dict[str, Any]] = entry["where"]
        return where

    by_release: dict[str, list[str]] = {}
    for account in accounts:
        by_release.setdefault(context.profile(account).release, []).append(account)
    for release, names in by_release.items():
        for need in context.argocd_needs(names[0]):
            row(need.feature).append(
                {
                    "kind": "chart",
                    "release": release,
                    "accounts": names,
                    "path": need.template,
                    "line": need.line,
                    "count": need.count,
                }
            )
    for need_ in context.manifest_needs:
        spot = _spot(need_.place, locate)
        row(need_.feature).append({"kind": "manifest", "object": need_.label, **spot, "count": need_.count})
    for account in accounts:
        if context.account(account).flag("auto_delete"):
            spot = _spot(context.account_place(account, "auto_delete"), locate)
            row(feature("reverse-wave-prune")).append({"kind": "auto_delete", "account": account, **spot, "count": 1})
    return sorted(rows.values(), key=lambda one: (_key(one["since"]), one["feature"]), reverse=True)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _serving(verdict: Verdict, wanted: Iterable[Feature], locate: Locate) -> dict[str, Any]:
    lacks: list[str] = []
    unknown: list[str] = []
    for one in wanted:
        has = verdict.supports(one)
        if has is not True:
            (lacks if has is False else unknown).append(one.id)
    return {
        "runs": str(verdict.interval) if verdict.known else None,
        "text": verdict.text,
        "evidence": _spot(verdict.evidence.place if verdict.evidence is not None else None, locate),
        "lacks": lacks,
        "unknown": unknown,
        "out_of_support": verdict.out_of_support or None,
    }


def _account(context: Context, account: str, locate: Locate) -> dict[str, Any]:
    wanted = [need.feature for need in context.argocd_needs(account)]
    if context.account(account).flag("auto_delete"):
        wanted.append(feature("reverse-wave-prune"))
    lowest = lowest_with(wanted)
    return {
        "account": account,
        "charts": context.explain_profile(account),
        "lowest": str(lowest) if lowest is not None else None,
        **_serving(context.argocd.verdict(account), wanted, locate),
    }


def _flux(context: Context, locate: Locate) -> dict[str, Any] | None:
    """API versions of Flux that the repo uses, with the releases that serve them."""
    if not context.has_units or not any(unit.engine == "flux" for unit in context.units.units):
        return None
    from masgitops_lint.flux.evidence import versions_by_cluster
    from masgitops_lint.flux.versions import served

    uses: dict[tuple[str, str, str], tuple[Place, int]] = {}
    for unit in context.units.units:
        for obj in unit.objects if unit.engine == "flux" else ():
            if obj.group.endswith(".toolkit.fluxcd.io"):
                key = (obj.group, obj.kind, obj.version)
                place, count = uses.get(key, (obj.at("apiVersion"), 0))
                uses[key] = (place, count + 1)
    needs = []
    for (group, kind, version), (place, count) in sorted(uses.items()):
        verdict = served(group, kind, version, None)
        needs.append(
            {
                "api": f"{group}/{version}",
                "kind": kind,
                "since": _minor(verdict.since),
                "until": _minor(verdict.until),
                **_spot(place, locate),
                "count": count,
            }
        )
    since = [_key(one["since"]) for one in needs if one["since"]]
    until = [_key(one["until"]) for one in needs if one["until"]]
    return {
        "lowest": ".".join(map(str, max(since))) if since else None,
        "highest": ".".join(map(str, min(until))) if until else None,
        "needs": needs,
        "clusters": {
            cluster: {"runs": one.version, "text": one.how, **_spot(one.place, locate)}
            for cluster, one in sorted(versions_by_cluster(context.units).items())
        },
    }


def _minor(version: tuple[int, int] | None) -> str | None:
    return None if version is None else f"{version[0]}.{version[1]}"


def _catalogs(context: Context, locate: Locate) -> dict[str, Any] | None:
    keys = ("ibm_operator_catalog", "mas_catalog_version")
    rows = []
    for scope in context.mas.scopes:
        tag = scope.get(*keys) if scope.level == "cluster" else None
        if isinstance(tag, str):
            known = context.catalogs.by_id.get(tag)
            rows.append(
                {
                    "account": scope.account,
                    "cluster": scope.cluster,
                    "catalog": tag,
                    "known": known is not None,
                    "core_channels": list(known.core_channels) if known is not None else [],
                    "openshift": list(known.openshift) if known is not None else [],
                    **_spot(scope.place(keys), locate),
                }
            )
    if not rows:
        return None
    return {"source": context.catalogs.source, "date": context.catalogs.date, "clusters": rows}


def render_json(data: Mapping[str, Any]) -> str:
    """The data as JSON."""
    return indented(data, ensure_ascii=False)


# -- text -------------------------------------------------------------------------------------------------------------


def render_text(data: Mapping[str, Any], *, verbose: bool = False) -> str:
    """The data for a reader. Needs that every supported Argo CD meets are only counted unless `verbose`."""
    lines: list[str] = []
    argocd = data["argocd"]
    if argocd["needs"]:
        lowest = argocd["lowest"]
        lines.append(f"Argo CD: needs {lowest} or newer" if lowest else "Argo CD: no release has all that is used here")
        shown = argocd["needs"] if verbose else argocd["needs"][:8]
        for need in shown:
            lines.append(f"  {need['needs']}: {need['title']}")
            lines.extend(f"    {_where(one)}" for one in need["where"])
        if len(argocd["needs"]) > len(shown):
            lines.append(f"  and {len(argocd['needs']) - len(shown)} older features (all with --verbose)")
        lines.append("")
    elif not data["flux"]:
        lines += ["Argo CD: nothing here relies on a version of it", ""]
    if argocd["accounts"]:
        for one in argocd["accounts"]:
            lines.append(f"account {one['account']}: {one['charts']}")
            lines.extend(_runs(one, argocd["needs"]))
    elif argocd["needs"] or argocd["evidence"]:
        lines.extend(_runs(argocd["repository"], argocd["needs"]))
    for one in argocd["disagreements"]:
        first, second = one["first"], one["second"]
        other = f"{_at(second)} {second['text']}" if second else f"the settings declare {one['declared']}"
        lines.append(f"  sources disagree: {_at(first)} {first['text']}; {other}")
    if verbose and argocd["evidence"]:
        lines.append("  evidence:")
        lines.extend(f"    {_at(one)} {one['text']}: {one['means']}" for one in argocd["evidence"])
    if data["flux"]:
        lines += ["", *_flux_text(data["flux"])]
    if data["catalogs"]:
        known = data["catalogs"]
        lines += ["", f"operator catalogues (data of {known['source']}, {known['date']}):"]
        for one in known["clusters"]:
            channels = ", ".join(one["core_channels"]) if one["known"] else "not known"
            lines.append(f"  {one['account']}/{one['cluster']}: {one['catalog']}: {channels}")
    return "\n".join(lines).rstrip("\n") + "\n"


def _at(spot: Mapping[str, Any]) -> str:
    return f"{spot['path']}:{spot['line']}:{spot['column']}" if spot.get("path") else "(no file)"


def _where(one: Mapping[str, Any]) -> str:
    more = f" and {one['count'] - 1} more" if one["count"] > 1 else ""
    if one["kind"] == "chart":
        return f"charts {one['release']}: {one['path']}:{one['line']}{more}"
    if one["kind"] == "auto_delete":
        return f"{_at(one)}: `auto_delete: true` of account {one['account']}"
    return f"{_at(one)}: {one['object']}{more}"


def _runs(one: Mapping[str, Any], needs: Iterable[Mapping[str, Any]]) -> list[str]:
    titles = {need["feature"]: need for need in needs}
    if one["runs"] is None:
        found = f" ({one['text']} at {_at(one['evidence'])})" if one["evidence"]["path"] else ""
        return [f"  runs: unknown{found}; declare it as `argocd-version` in .mas-lint.yaml or with --argocd-version"]
    where = f" at {_at(one['evidence'])}" if one["evidence"]["path"] else ""
    lines = [f"  runs: Argo CD {one['runs']} ({one['text']}{where})"]
    for key, word in (("lacks", "lacks"), ("unknown", "may lack")):
        lines.extend(
            f"  {word}: {titles[name]['title']} ({titles[name]['needs']})" for name in one[key] if name in titles
        )
    if not one["lacks"] and not one["unknown"]:
        lines.append("  has all that is needed")
    if one["out_of_support"]:
        lines.append(f"  {one['out_of_support']}")
    return lines


def _flux_text(flux: Mapping[str, Any]) -> list[str]:
    wanted = f"{flux['lowest']} or newer" if flux["lowest"] else "any release"
    lines = [f"Flux: needs {wanted}" + (f", at most {flux['highest']}" if flux["highest"] else "")]
    for one in flux["needs"]:
        span = (
            f"{one['since'] or 'always'} to {one['until']}" if one["until"] else f"from {one['since'] or 'the first'}"
        )
        more = f" and {one['count'] - 1} more" if one["count"] > 1 else ""
        lines.append(f"  {one['kind']} {one['api']}: {span}; {_at(one)}{more}")
    for cluster, one in flux["clusters"].items():
        lines.append(f"  cluster {cluster} runs {one['runs']} ({one['text']})")
    return lines
