"""JSON Schemas of the config files, for editors: derived from a release profile, as the rules about values are.

Draft 7, which yaml-language-server and check-jsonschema read. A key that no chart reads is an error, with the key that
it became in its description; formats and enumerations let vault placeholders through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from masgitops_lint.mas.spec import ApplicationSetSpec

from .contract import ITEM, Node, Passing, contract_of
from .formats import QUANTITY, Format, format_of
from .profile import ReleaseProfile
from .unread import by_hand, instead_of, only_after

Schema: TypeAlias = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_PLACEHOLDER = "<path:"
_SCALAR = ["string", "number", "boolean", "null"]
_DYNAMIC_CHARTS = "mas_config_chart"


def schemas(profile: ReleaseProfile, extra: Mapping[str, Sequence[str]] | None = None) -> dict[str, Schema]:
    """A schema for each config file, by `level/name`. `extra` are dotted routes that patched charts read besides.

    A file that generators of two levels read in the same directory (MAS and AI service instances) has one schema.
    """
    found: dict[str, Schema] = {}
    for spec in profile.applicationsets:
        for index, file in enumerate(spec.files):
            specs = [spec]
            for other in profile.applicationsets:
                if other.prefix == spec.prefix and other is not spec and index and _reads(other, file.name):
                    specs.append(other)
            made = _Maker(profile, specs, file.name, extra or {})
            found[f"{spec.level}/{file.name}"] = made.document(file.keys, base=index == 0)
    return found


def patterns(profile: ReleaseProfile) -> dict[str, str]:
    """For each schema the glob of the files it is for: `*` for an id."""
    return {
        f"{spec.level}/{file.name}": "/".join("*" if "{" in part else part for part in spec.prefix.split("/"))
        + f"/{file.name}"
        for spec in profile.applicationsets
        for file in spec.files
    }


def _reads(spec: ApplicationSetSpec, name: str) -> bool:
    return any(file.name == name for file in spec.files[1:])


class _Maker:
    def __init__(
        self,
        profile: ReleaseProfile,
        specs: list[ApplicationSetSpec],
        name: str,
        extra: Mapping[str, Sequence[str]],
    ) -> None:
        self.profile = profile
        self.specs = specs
        self.name = name
        self.extra = {*extra.get(name, ()), *extra.get("*", ())}
        hand = by_hand()
        self.renamed: Mapping[str, str] = hand["renamed"]["in_place"]
        self.renamed_keys: Mapping[str, str] = hand["renamed"]["keys"]
        self.unread_but_fine = {*hand["documentary"]["keys"], *hand["later"]["keys"]}

    def document(self, keys: Iterable[str], *, base: bool) -> Schema:
        """The schema of the whole file."""
        spec = self.specs[0]
        properties: dict[str, Schema] = {}
        required: list[str] = []
        if spec.merge_key is not None:
            properties[spec.merge_key] = {
                "type": "string",
                "description": f"The directory of this file: {spec.prefix.replace('*', '{' + spec.level + '}')}.",
            }
            required.append(spec.merge_key)
        nodes = [contract_of(self.profile, one.level).root for one in self.specs]
        parameters = self.profile.parameters(spec.level)
        for key in (*keys, *sorted(one for one in self.extra if "." not in one)):
            if key not in properties and key not in parameters:
                properties[key] = self.value([node.below[key] for node in nodes if key in node.below], (key,))
        ids = ("account", "region", "cluster", "instance", "tenant") if base else ()
        for block in ids:
            if block in properties and "properties" in properties[block]:
                inner = properties[block]
                inner["properties"].setdefault("id", {"type": ["string", "number"]})
                inner["required"] = ["id"]
                required.append(block)
        if not base:
            required += [key for key in keys if key in properties]
        return {
            "$schema": DRAFT,
            "title": f"{self.name} ({spec.level}, MAS GitOps {self.profile.release})",
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def value(self, nodes: list[Node], route: tuple[str, ...]) -> Schema:
        """The schema of the value at a route; `nodes` are what the root charts do with it."""
        children = _merged(nodes)
        whole = [one for node in nodes for one in node.passed if one.whole]
        item = children.pop(ITEM, None)
        if item is not None:
            return self.described({"type": ["array", "null"], "items": self.item(item, (*route, ITEM))}, nodes)
        if whole:
            leaf = self.leaf_nodes(whole)
            if leaf is None:
                return self.described({}, nodes)
            return self.described(self.block(children, leaf, route), nodes)
        if children:
            return self.described(self.block(children, [], route), nodes)
        if not nodes:
            return {}
        if any(node.used for node in nodes) and not any(node.passed for node in nodes) and len(route) == 1:
            return self.described({}, nodes)
        return self.described(self.scalar(route, [self.uses(one) for one in nodes]), nodes)

    def uses(self, node: Node) -> str:
        """How the leaf charts use what is passed to them, as the letters of the read tree."""
        found: set[str] = set()
        for one in node.passed:
            for tree in self.trees([one]):
                found |= set(tree.get("", ""))
        return "".join(sorted(found))

    def item(self, nodes: list[Node], route: tuple[str, ...]) -> Schema:
        """The schema of a list's entry; where the entry chooses its chart, one alternative a chart."""
        whole = [one for node in nodes for one in node.passed if one.whole]
        dynamic = next((one for one in whole if one.target.dynamic), None)
        children = _merged(nodes)
        if dynamic is None:
            leaf = self.leaf_nodes(whole) if whole else []
            if leaf is None:
                return {"type": "object"}
            return self.block(children, leaf, route)
        chooser = dynamic.target.route[-1]
        charts = {
            path.removeprefix(dynamic.target.prefix): path
            for path in sorted(self.profile.chart_paths)
            if path.startswith(dynamic.target.prefix) and path.removeprefix(dynamic.target.prefix) in self.config_charts
        }
        choices = [
            {
                "if": {"properties": {chooser: {"const": name}}, "required": [chooser]},
                "then": self.block(children, [self.profile.data["leaves"][path]["reads"]], route),
            }
            for name, path in charts.items()
        ]
        return {
            "type": "object",
            "properties": {chooser: {"enum": list(charts), "description": "The chart that renders this entry."}},
            "required": [chooser],
            "allOf": choices,
        }

    @property
    def config_charts(self) -> frozenset[str]:
        return frozenset(self.profile.config_charts)

    def leaf_nodes(self, passed: list[Passing]) -> list[Mapping[str, Any]] | None:
        """The read trees at which whole values arrive; None when a chart takes everything."""
        trees = list(self.trees(passed))
        if any("w" in tree.get("", "") for tree in trees):
            return None
        return trees

    def trees(self, passed: list[Passing]) -> Iterator[Mapping[str, Any]]:
        """The nodes of the leaf charts' read trees at which values arrive."""
        for one in passed:
            facts = self.profile.data["leaves"].get(one.target.prefix)
            node: Mapping[str, Any] | None = facts["reads"] if facts else {"": "w"}
            for key in one.route:
                if node is None or "w" in node.get("", ""):
                    break
                node = node.get(key, node.get(ITEM))
            if node is not None:
                yield node

    def block(
        self, children: Mapping[str, list[Node]], leaves: list[Mapping[str, Any]], route: tuple[str, ...]
    ) -> Schema:
        """The schema of a mapping whose keys the root chart, the leaf charts or both read."""
        properties: dict[str, Schema] = {key: self.value(nodes, (*route, key)) for key, nodes in children.items()}
        open_keys = False
        for tree in leaves:
            for key, below in tree.items():
                if key == ITEM:
                    open_keys = True
                elif key and (key not in properties or not properties[key]):
                    properties[key] = self.leaf_value(below, (*route, key))
        dotted = ".".join(route)
        for name in (*self.unread_but_fine, *self.extra):
            above, _, last = name.rpartition(".")
            if above == dotted and last not in properties:
                properties[last] = {}
        for name, meant in self.renamed.items():
            above, _, last = name.rpartition(".")
            if above == dotted and last not in properties:
                newer = "" if properties.get(meant) else only_after(f"{above}.{meant}")
                instead = f"only charts after {newer} read `{meant}`" if newer else instead_of(last, meant)
                properties[last] = _gone(instead)
        for name, meant in self.renamed_keys.items():
            if meant in properties and name not in properties:
                properties[name] = _gone(instead_of(name, meant))
        return {
            "type": "object" if route[-1:] == (ITEM,) else ["object", "null"],
            "properties": dict(sorted(properties.items())),
            "additionalProperties": open_keys,
        }

    def leaf_value(self, tree: Mapping[str, Any], route: tuple[str, ...]) -> Schema:
        """The schema of a value by what a leaf chart reads of it."""
        uses = tree.get("", "")
        below = {key: one for key, one in tree.items() if key}
        if "w" in uses:
            return self.formatted({}, route)
        if set(below) == {ITEM}:
            return {"items": self.leaf_value(below[ITEM], (*route, ITEM))} if below[ITEM] else {}
        if below:
            properties = {key: self.leaf_value(one, (*route, key)) for key, one in below.items() if key != ITEM}
            return {
                "type": ["object", "null"],
                "properties": dict(sorted(properties.items())),
                "additionalProperties": ITEM in below,
            }
        if "l" in uses:
            return {"type": ["array", "object", "null"]}
        return self.scalar(route, [uses])

    def scalar(self, route: tuple[str, ...], uses: list[str]) -> Schema:
        """The schema of a value that is printed, compared or tested."""
        schema: Schema = {"type": _SCALAR}
        tested = bool(uses) and all("t" in one and "c" not in one for one in uses)
        if tested:
            schema["not"] = {"enum": ["false", "False", "no", "off"]}
        return self.formatted(schema, route)

    def formatted(self, schema: Schema, route: tuple[str, ...]) -> Schema:
        """The schema with the format that the key's name calls for."""
        names = [key for key in route if key != ITEM]
        wanted = format_of(names[-1], names[-2] if len(names) > 1 else "")
        return schema if wanted is None else {**schema, **_format_schema(wanted)}

    def described(self, schema: Schema, nodes: list[Node]) -> Schema:
        """The schema with a sentence on who reads the value."""
        charts = sorted({one.target.prefix.rpartition("/")[2] for node in nodes for one in node.passed} - {""})
        templates = sorted({template for node in nodes for template in node.used})
        readers = charts or templates
        if not readers:
            return schema
        shown = ", ".join(readers[:3]) + (f" and {len(readers) - 3} more" if len(readers) > 3 else "")
        return {**schema, "description": f"Read by {shown}."}


def _merged(nodes: list[Node]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in nodes:
        for key, below in node.below.items():
            found.setdefault(key, []).append(below)
    return found


def _gone(instead: str) -> Schema:
    text = f"No chart reads this key; {instead}."
    return {"not": {}, "description": text, "deprecationMessage": text, "doNotSuggest": True}


def _format_schema(wanted: Format) -> Schema:
    placeholder = {"type": "string", "pattern": _PLACEHOLDER}
    nothing: Schema = {"enum": ["", None]}
    if wanted.kind == "enum":
        return {"anyOf": [{"enum": list(wanted.values)}, nothing, placeholder]}
    if wanted.kind == "near":
        return {"examples": list(wanted.values)}
    if wanted.kind == "quantity":
        return {
            "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{QUANTITY.pattern}$"}, nothing, placeholder]
        }
    if wanted.kind == "url":
        return {"anyOf": [{"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"}, nothing, placeholder]}
    return {}
