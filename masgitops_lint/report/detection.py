"""`mas-lint detect` as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from masgitops_lint.kubernetes.detect import Detection
from masgitops_lint.model.place import Place, Span

from .json_text import indented

Locate = Callable[[Place], Span]


def detection_json(found: Detection, locate: Locate) -> str:
    """One JSON object; its keys are stable."""

    def where(place: Place) -> dict[str, Any]:
        span = locate(place)
        return {"path": place.path, "line": span.line, "column": span.column}

    data = {
        "version": 1,
        "styles": sorted({one.style for one in found.subtrees}),
        "subtrees": [
            {"directory": one.directory or ".", "style": one.style, "files": one.files, "evidence": one.evidence}
            for one in found.subtrees
        ],
        "roots": [
            {
                "engine": root.engine,
                "name": root.name,
                "cluster": root.cluster,
                "assumed": root.assumed,
                "evidence": root.how,
                **where(root.place),
            }
            for root in found.roots
        ],
        "clusters": list(found.clusters),
        "engines": [
            {
                "name": one.name,
                "engine_version": one.version,
                "components": list(one.components),
                "evidence": one.how,
                **where(one.place),
            }
            for one in found.engines
        ],
        "modules": [{"name": one.name, "files": one.files, "evidence": one.evidence} for one in found.modules],
        "units": found.units,
        "opaque": [{"what": one.what, "count": one.count, **where(one.place)} for one in found.unseen],
        "unreached_kustomizations": found.unreached,
        "settings": list(found.overridden),
    }
    return indented(data, ensure_ascii=False)


def detection_text(found: Detection, locate: Locate, *, explain: bool) -> str:
    """Lines for people; with `explain` each says how it is known."""
    return "\n".join(_lines(found, locate, explain)) + "\n"


def _lines(found: Detection, locate: Locate, explain: bool) -> Iterator[str]:
    def place(where: Place) -> str:
        return f"{where.path}:{locate(where).line}"

    if not found.subtrees:
        yield "nothing that mas-lint knows"
    for one in found.subtrees:
        yield f"{one.style:<10} {one.directory or '.'}" + (f"   ({one.evidence})" if explain else "")
    for title, lines in (
        ("roots", list(_roots(found, place, explain))),
        ("clusters", [f"  {cluster}" for cluster in found.clusters]),
        ("engines", list(_engines(found, place, explain))),
        ("modules", [f"  {m.name}" + (f"   ({m.evidence})" if explain else "") for m in found.modules]),
        ("units", [f"  {count:>5} {kind}" for kind, count in found.units.items()]),
        ("cannot be seen (missing there is a note, not an error)", list(_unseen(found, place, explain))),
        ("decided by the settings", [f"  {line}" for line in found.overridden]),
    ):
        if lines:
            yield ""
            yield title
            yield from lines
    if found.unreached:
        yield ""
        yield f"{found.unreached} kustomizations that nothing builds"


def _roots(found: Detection, place: Callable[[Place], str], explain: bool) -> Iterator[str]:
    for root in found.roots:
        yield f"  {root.engine:<8} {root.name}" + (" (assumed)" if root.assumed else "") + f"   {place(root.place)}"
        if explain:
            yield f"           {root.how}"


def _engines(found: Detection, place: Callable[[Place], str], explain: bool) -> Iterator[str]:
    for engine in found.engines:
        yield f"  {engine.name} {engine.version or '(version unknown)'}   {place(engine.place)}"
        if explain:
            components = f", with {', '.join(engine.components)}" if engine.components else ""
            yield f"           {engine.how}{components}"


def _unseen(found: Detection, place: Callable[[Place], str], explain: bool) -> Iterator[str]:
    for unseen in found.unseen:
        yield f"  {unseen.count:>5} {unseen.what}" + (f"   first at {place(unseen.place)}" if explain else "")
