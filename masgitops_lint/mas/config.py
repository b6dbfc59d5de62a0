"""A MAS GitOps config repo as its authors meant it and as the ApplicationSet generators read it.

Generators find files by name and merge them by merge key; authors think in directories. Both views are kept: rules
about values read the meant view, so that one misplaced file is one finding, and rules about files compare the two.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from .scope import ConfigFile, Scope, go_text
from .spec import ApplicationSetSpec

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

    from .strays import Stray

GlobMode: TypeAlias = Literal["greedy", "strict"]
SpecsFor: TypeAlias = Callable[[str], tuple[ApplicationSetSpec, ...]]

CLUSTER_BASE = "ibm-mas-cluster-base.yaml"


class Freeze(NamedTuple):
    """Two files of one generator with the same merge key: the whole ApplicationSet stops.

    Argo CD's error for it is ErrNonUniqueParamSets (applicationset/generators/merge.go).
    """

    key: str
    files: tuple[ConfigFile, ...]


class Generation(NamedTuple):
    """What one ApplicationSet makes of the repo: parameter sets, files it drops, and what freezes it.

    `pattern` is the directory pattern with ids filled in, `files` every file its generators list, in order of path.
    """

    spec: ApplicationSetSpec
    pattern: str
    parent: Scope | None
    scopes: tuple[Scope, ...]
    files: tuple[ConfigFile, ...]
    dropped: tuple[ConfigFile, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    unreadable: tuple[ConfigFile, ...] = ()

    @property
    def frozen(self) -> bool:
        """Whether Argo CD creates, updates and deletes nothing for this ApplicationSet."""
        return bool(self.freezes or self.unreadable)


@dataclass(frozen=True)
class ConfigRoot:
    """One config repo below the linted root; `prefix` is "" or ends in "/"."""

    prefix: str
    paths: tuple[str, ...]
    by_name: Mapping[str, tuple[str, ...]]
    by_directory: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _parts(prefix: str, path: str) -> list[str]:
    return path[len(prefix) :].split("/")


class MasConfig:
    """The config repo(s) below one linted root. Everything is computed on first use and kept."""

    def __init__(
        self,
        repository: Repository,
        specs_for: SpecsFor,
        known_names: frozenset[str],
        twin: MasConfig | None = None,
    ) -> None:
        """`twin` is the config of the repository's twin: what is known there of a file with the same content holds."""
        self.repository = repository
        self._twin = twin
        self._specs_for = cache(specs_for)
        self.known_names = known_names
        self._files: dict[str, ConfigFile] = {}

    @property
    def whole(self) -> MasConfig:
        """The config of the whole repo, of which this may be a part."""
        return self

    def specs(self, account: str) -> tuple[ApplicationSetSpec, ...]:
        """The ApplicationSets of the release that serves this account."""
        return self._specs_for(account)

    @cached_property
    def roots(self) -> tuple[ConfigRoot, ...]:
        """The config repos found, by the depth of their base files and the merge keys in them."""
        return tuple(_find_roots(self))

    @property
    def found(self) -> bool:
        """Whether there is any MAS config at all."""
        return bool(self.roots)

    def file(self, path: str, merge_key: str = "merge-key") -> ConfigFile:
        """The config file at `path`, the same one each time."""
        known = self._files.get(path)
        if known is None:
            known = self._twin.file(path, merge_key) if self._twin and self.repository.shares(path) else None
            if known is None or known.merge_key_name != merge_key:
                known = ConfigFile(self.repository, path, merge_key)
            self._files[path] = known
        return known

    def scopes_of_twin(self, directory: str) -> tuple[Scope, ...]:
        """The twin's meant scopes of a directory: one of the same files is one scope for both."""
        return self._twin.by_directory.get(directory, ()) if self._twin else ()

    @cached_property
    def stray(self) -> Mapping[str, Stray]:
        """YAML files in config directories that no generator reads, with what they were probably meant to be."""
        from .strays import find_strays

        return find_strays(self)

    @cached_property
    def stray_directories(self) -> Mapping[str, str]:
        """Directories that are misplaced as a whole (three or more files, none where it belongs) -> their main file."""
        by_directory: dict[str, list[str]] = {}
        for path, stray in self.stray.items():
            if stray.reason == "misplaced":
                by_directory.setdefault(path.rpartition("/")[0], []).append(path)
        found: dict[str, str] = {}
        for root in self.roots:
            for directory, paths in by_directory.items():
                names = root.by_directory.get(directory, {})
                if len(paths) >= 3 and len(paths) == len(names):
                    found[directory] = next((p for p in paths if p.rpartition("/")[2] in _BASE_DEPTH), paths[0])
        return found

    @cached_property
    def config_paths(self) -> tuple[str, ...]:
        """Every file whose name some generator reads and that lies in a config root."""
        return tuple(path for root in self.roots for path in root.paths if path.rpartition("/")[2] in self.known_names)

    @cached_property
    def config_path_set(self) -> frozenset[str]:
        """The same, to look one up."""
        return frozenset(self.config_paths)

    @cached_property
    def read_paths(self) -> tuple[str, ...]:
        """Files whose content matters to Argo CD, or would if they were named or placed as they were meant to be."""
        adopted = [path for path, stray in self.stray.items() if stray.meant_directory and stray.reason == "misnamed"]
        return tuple(sorted({*self.config_paths, *adopted}))

    def relative(self, path: str) -> str:
        """A path as the source repo's patterns see it: relative to the config root it lies in."""
        prefix = max((root.prefix for root in self.roots if path.startswith(root.prefix)), key=len, default="")
        return path[len(prefix) :]

    @cached_property
    def meant(self) -> tuple[Scope, ...]:
        """Scopes by directory, whether or not their files' merge keys are right. Directories without base included."""
        scopes: list[Scope] = []
        for root in self.roots:
            scopes.extend(_meant_scopes(self, root))
        return tuple(scopes)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The meant scopes that are whole: a base file, every file readable, and the same true of every parent.

        This is what rules about values look at: what hangs on a broken file is not reported a second time.
        """
        doubtful = self.doubtful
        return tuple(scope for scope in self.meant if scope.complete and scope.directory not in doubtful)

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """Directories that probably lack a file because it was put elsewhere: CFG020 names the file."""
        return frozenset(
            scope.directory
            for stray in self.stray.values()
            if stray.reason == "misplaced" and not stray.meant_directory
            for scope in self.meant
            if scope.file(stray.meant_name) is None
            and scope.directory.startswith(stray.path.rpartition("/")[0] + "/")
            and any(file.name == stray.meant_name for file in scope.spec.files)
        )

    @cached_property
    def by_directory(self) -> Mapping[str, tuple[Scope, ...]]:
        """The meant scopes of each directory (a MAS and an AI service instance can share one)."""
        found: dict[str, list[Scope]] = {}
        for scope in self.meant:
            found.setdefault(scope.directory, []).append(scope)
        return {directory: tuple(scopes) for directory, scopes in found.items()}

    @cached_property
    def _generations(self) -> dict[GlobMode, tuple[Generation, ...]]:
        return {}

    def generations(self, mode: GlobMode = "greedy") -> tuple[Generation, ...]:
        """What every ApplicationSet makes of the repo under one globbing mode (greedy is Argo CD's default)."""
        known = self._generations.get(mode)
        if known is None:
            known = tuple(generation for root in self.roots for generation in _generate(self, root, mode))
            self._generations[mode] = known
        return known

    @cached_property
    def freezes(self) -> tuple[tuple[Generation, Freeze], ...]:
        """What stops ApplicationSets, with what it stops; generators are run only where two merge keys are the same."""
        if not self._may_freeze():
            return ()
        return tuple((generation, freeze) for generation in self.generations() for freeze in generation.freezes)

    def _may_freeze(self) -> bool:
        """Whether two files of one name have the same merge key, wherever they lie."""
        for root in self.roots:
            for paths in root.by_name.values():
                files = [self._files.get(path) for path in paths]
                if len({_merge_id(file.merge_key) for file in files if file is not None}) < len(files):
                    return True
        return False

    def actual(self, mode: GlobMode = "greedy") -> tuple[Scope, ...]:
        """The parameter sets that Argo CD really generates Applications from, parents first."""
        return tuple(
            scope for generation in self.generations(mode) if not generation.frozen for scope in generation.scopes
        )

    def accounts(self) -> tuple[str, ...]:
        """Account directories, without repeats, in order."""
        seen: dict[str, None] = {}
        for root in self.roots:
            for path in root.by_name.get(CLUSTER_BASE, ()):
                parts = _parts(root.prefix, path)
                if len(parts) == 3:
                    seen[parts[0]] = None
        if not seen:
            for scope in self.meant:
                seen[scope.directory[len(scope.root) :].split("/")[0]] = None
        return tuple(seen)


_BASE_DEPTH = {
    CLUSTER_BASE: 3,
    "ibm-mas-instance-base.yaml": 4,
    "ibm-aiservice-instance-base.yaml": 4,
    "ibm-aibroker-instance-base.yaml": 4,
    "ibm-aiservice-tenant-base.yaml": 5,
}


def _find_roots(config: MasConfig) -> Iterator[ConfigRoot]:
    strong: dict[str, int] = {}
    weak: dict[str, int] = {}
    bases = [
        (path, depth) for name, depth in _BASE_DEPTH.items() for path in config.repository.by_basename.get(name, ())
    ]
    if not bases:
        others = [p for n in sorted(config.known_names) for p in config.repository.by_basename.get(n, ())]
        bases = [(path, 3) for path in others if n_parts(path) >= 3]
        bases = [(path, depth) for path, depth in bases if config.file(path).has_merge_key]
    for path, depth in bases:
        parts = path.split("/")
        merge_key = config.file(path).merge_key
        if isinstance(merge_key, str) and merge_key.strip("/"):
            directory = path.rpartition("/")[0]
            key = merge_key.strip("/")
            if directory == key or directory.endswith("/" + key):
                prefix = directory[: len(directory) - len(key)]
                strong[prefix] = strong.get(prefix, 0) + 1
                if not prefix:
                    break  # every other root would lie inside this one: no more files need be read
                continue
        if len(parts) >= depth:
            prefix = "".join(part + "/" for part in parts[:-depth])
            weak[prefix] = weak.get(prefix, 0) + 1
    prefixes: list[str] = sorted(strong) or sorted(weak, key=lambda p: (-weak[p], p))[:1]
    # A root inside another one is a copy that greedy globbing reads too: only the outer one is a config repo.
    prefixes = [p for p in prefixes if not any(p != q and p.startswith(q) and strong.get(q, 0) > 0 for q in prefixes)]
    for prefix in prefixes:
        paths = tuple(p for p in config.repository.paths if p.startswith(prefix))
        by_name: dict[str, list[str]] = {}
        by_directory: dict[str, dict[str, str]] = {}
        for path in paths:
            directory, _, name = path.rpartition("/")
            if name in config.known_names:
                by_name.setdefault(name, []).append(path)
                by_directory.setdefault(directory, {})[name] = path
        yield ConfigRoot(prefix, paths, {n: tuple(ps) for n, ps in by_name.items()}, by_directory)


def n_parts(path: str) -> int:
    """How many segments a path has, the file's name included."""
    return path.count("/") + 1


def _matches_level(spec: ApplicationSetSpec, parts: list[str]) -> bool:
    """Whether a directory stands where the spec's pattern looks (ids match anything, literals themselves)."""
    length, literals = _segments(spec.prefix)
    return length == len(parts) and all(parts[position] == word for position, word in literals)


@lru_cache(maxsize=64)
def _segments(prefix: str) -> tuple[int, tuple[tuple[int, str], ...]]:
    """How many segments a spec's pattern has, and those of them that are literal, by position."""
    pattern = prefix.split("/")
    words = [(position, part) for position, part in enumerate(pattern) if part != "*" and not part.startswith("{")]
    return len(pattern), tuple(words)


def _meant_names(config: MasConfig, root: ConfigRoot) -> dict[str, dict[str, str]]:
    """Directory -> base name -> path, misnamed and misplaced files put where they were meant to be."""
    from .strays import adopt

    names = {directory: dict(files) for directory, files in root.by_directory.items()}
    for directory, name, path in adopt(config, root):
        names.setdefault(directory, {}).setdefault(name, path)
    return names


def _meant_scopes(config: MasConfig, root: ConfigRoot) -> Iterator[Scope]:
    above_of: dict[str, dict[str, Scope]] = {"cluster": {}, "instance": {}, "aiservice": {}}
    all_names = _meant_names(config, root)
    for directory in sorted(all_names, key=lambda d: (d.count("/"), d)):
        names = all_names[directory]
        parts = directory[len(root.prefix) :].split("/")
        for spec in _choose(fitting_specs(config, parts), names):
            merge_key = spec.merge_key or "merge-key"
            files = tuple(config.file(names[f.name], merge_key) for f in spec.files if f.name in names)
            if not files:
                continue
            has_base = spec.base.name in names
            above = directory.rpartition("/")[0]
            parent = above_of.get(spec.parent, {}).get(above)
            if parent is None and spec.parent == "instance":
                parent = above_of["aiservice"].get(above)
            if parent is None and spec.level == "sls":
                parent = above_of["cluster"].get(_cluster_directory(root, parts, files[0]))
            twins = config.scopes_of_twin(directory)
            same = (one for one in twins if one.root == root.prefix and one.is_made_of(spec, files, parent))
            base = files[0] if has_base else None
            scope = next(same, None) or Scope(spec, root.prefix, directory, files, base, parent, meant=True)
            above_of.get(spec.level, {})[directory] = scope
            yield scope


def _cluster_directory(root: ConfigRoot, parts: list[str], base: ConfigFile) -> str:
    """Where the cluster lies that a standalone licence service belongs to: its base names it."""
    block = base.data.get("cluster")
    cluster = go_text(block.get("id")) if isinstance(block, dict) else parts[-2]
    return f"{root.prefix}{parts[0]}/{cluster}"


def fitting_specs(config: MasConfig, parts: list[str]) -> list[ApplicationSetSpec]:
    """The specs that look for files in a directory; one with a literal segment (`icn`) excludes the general ones."""
    fitting = [spec for spec in config.specs(parts[0]) if _matches_level(spec, parts)]
    literal = [spec for spec in fitting if any(p != "*" and "{" not in p for p in spec.prefix.split("/"))]
    return literal or fitting


def _choose(specs: list[ApplicationSetSpec], names: Mapping[str, str]) -> Iterable[ApplicationSetSpec]:
    """The specs a directory is meant for: those whose base is there, else the one that shares most files with it."""
    with_base = [spec for spec in specs if spec.base.name in names]
    if with_base or not specs:
        return with_base
    return [max(specs, key=lambda spec: sum(f.name in names for f in spec.files))]


def _candidates(root: ConfigRoot, pattern: str, name: str, mode: GlobMode) -> list[str]:
    """Files a git file generator lists for `<pattern>/<name>`, where the pattern's last segment is `*`.

    Greedy is git's own pathspec matching: `*` crosses `/` (argo-cd util/git/client.go, LsFiles).
    """
    fixed = root.prefix + pattern.removesuffix("*")
    paths = root.by_name.get(name, ())
    found: list[str] = []
    for index in range(bisect_left(paths, fixed), len(paths)):
        path = paths[index]
        if not path.startswith(fixed):
            break
        middle = path[len(fixed) : -len(name) - 1]
        if middle and (mode == "greedy" or "/" not in middle):
            found.append(path)
    return found


def _merge_id(value: object) -> str:
    """How the merge generator compares keys: as JSON, so the number 1 is not the string "1"."""
    if isinstance(value, str):
        return f'"{value}"'
    return json.dumps(value, sort_keys=True, default=str)


def _generate_one(
    config: MasConfig,
    root: ConfigRoot,
    spec: ApplicationSetSpec,
    pattern: str,
    parent: Scope | None,
    mode: GlobMode,
) -> Generation:
    listed: list[ConfigFile] = []
    freezes: list[Freeze] = []
    children: list[dict[str, ConfigFile]] = []
    for file_spec in spec.files:
        child: dict[str, list[ConfigFile]] = {}
        for path in _candidates(root, pattern, file_spec.name, mode):
            file = config.file(path, spec.merge_key or "merge-key")
            listed.append(file)
            child.setdefault(path if spec.merge_key is None else _merge_id(file.merge_key), []).append(file)
        freezes += [Freeze(key, tuple(files)) for key, files in child.items() if len(files) > 1]
        children.append({key: files[0] for key, files in child.items()})
    scopes: list[Scope] = []
    bases = children[0]
    meant = config.by_directory
    for key, base in bases.items():
        files = tuple(child[key] for child in children if key in child)
        same = next((s for s in meant.get(base.directory, ()) if s.generated_from(spec, files, parent)), None)
        scopes.append(same or Scope(spec, root.prefix, base.directory, files, base, parent))
    dropped = tuple(file for child in children[1:] for key, file in child.items() if key not in bases)
    unreadable = tuple(file for file in listed if not file.readable)
    return Generation(spec, pattern, parent, tuple(scopes), tuple(listed), dropped, tuple(freezes), unreadable)


def _pattern(spec: ApplicationSetSpec, ids: Mapping[str, str]) -> str:
    pattern = spec.prefix
    for name, value in ids.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def _generate(config: MasConfig, root: ConfigRoot, mode: GlobMode) -> Iterator[Generation]:
    accounts: dict[str, None] = {}
    for path in root.by_name.get(CLUSTER_BASE, ()):
        accounts[_parts(root.prefix, path)[0]] = None
    for account in accounts:
        specs = config.specs(account)
        for spec in specs:
            if spec.parent != "account":
                continue
            generation = _generate_one(config, root, spec, _pattern(spec, {"account": account}), None, mode)
            yield generation
            for scope in generation.scopes:
                yield from _generate_below(config, root, specs, scope, mode)


def _generate_below(
    config: MasConfig, root: ConfigRoot, specs: tuple[ApplicationSetSpec, ...], parent: Scope, mode: GlobMode
) -> Iterator[Generation]:
    ids = {"account": parent.account, "cluster": parent.cluster, "instance": parent.instance}
    for spec in specs:
        if spec.parent != parent.level:
            continue
        pattern = _pattern(spec, {name: value for name, value in ids.items() if value})
        if "{" in pattern:
            # An id is missing: the chart falls back to a default of its own, and no real directory matches that.
            continue
        generation = _generate_one(config, root, spec, pattern, parent, mode)
        yield generation
        for scope in generation.scopes:
            yield from _generate_below(config, root, specs, scope, mode)


__all__ = ["ConfigRoot", "Freeze", "Generation", "GlobMode", "MasConfig", "go_text"]
