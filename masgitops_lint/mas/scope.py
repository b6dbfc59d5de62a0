"""Config files and the scopes they merge into."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from masgitops_lint.argocd.gotext import go_float
from masgitops_lint.model.place import Keys, Place

from .spec import ApplicationSetSpec, Level, keys_by_file

if TYPE_CHECKING:
    from masgitops_lint.repo.repository import Repository

ID_BLOCKS = ("account", "cluster", "instance", "tenant")
"""Top-level blocks whose `id` names a level of the directory tree."""


ASKED_ACROSS: tuple[tuple[str, str], ...] = (
    ("cluster", "url"),
    ("region", "id"),
    ("ibm_operator_catalog", "mas_catalog_version"),
    ("ibm_sls", "ibm_customer_number"),
    ("ibm_sls_standalone", "ibm_customer_number"),
)
"""The routes of values that are looked at in all scopes of a repo together."""

_READ = frozenset({"data", "keys", "ids", "merge_key", "has_merge_key", "readable", "intact"})


class ConfigFile:
    """One file that a generator could read, read when somebody asks: `directory` is relative to the linted root.

    `data` is its first document, `keys` are the top-level keys in it, `ids` what Go templates print for the ids in its
    blocks. `merge_key` is the value under the spec's merge key (None when absent or null).
    `readable` is False when the file could not be parsed: Argo CD's generator fails on it. `intact` is False when Argo
    CD reads less from it than stands in it: nothing, a list, or the first of several documents.
    """

    __slots__ = ("_repository", "directory", "merge_key_name", "name", "path", *sorted(_READ))

    data: dict[str, Any]
    keys: Collection[str]
    ids: Mapping[str, str]
    merge_key: Any
    has_merge_key: bool
    readable: bool
    intact: bool

    def __init__(self, repository: Repository, path: str, merge_key: str = "merge-key") -> None:
        self._repository = repository
        self.merge_key_name = merge_key
        self.path = path
        self.directory, _, self.name = path.rpartition("/")

    def __getattr__(self, name: str) -> Any:
        # a slot that nothing has filled yet
        if name not in _READ:
            raise AttributeError(name)
        document = self._repository.document(self.path)
        data = document.data if isinstance(document.data, dict) else {}
        self.data = self.keys = data
        self.ids = _ids_in(data)
        self.merge_key = data.get(self.merge_key_name)
        self.has_merge_key = self.merge_key_name in data
        self.readable = document.ok
        self.intact = document.ok and bool(data) and all(p.kind != "multiple-documents" for p in document.problems)
        return getattr(self, name)

    def facts(self) -> list[Any]:
        """What `know` needs to spare another process the reading of the file, as plain data."""
        return [list(self.keys), self.ids, self.merge_key, self.has_merge_key, self.readable, self.intact]

    def know(self, facts: list[Any]) -> None:
        """Take what another process has read; `data` is still read when somebody asks."""
        self.keys, self.ids, self.merge_key, self.has_merge_key, self.readable, self.intact = facts

    def forget(self) -> None:
        """Keep no more than the facts."""
        self.know(self.facts())
        with suppress(AttributeError):
            del self.data


class Scope:
    """One parameter set of an ApplicationSet: the merged values of one directory, and who supplied each of them.

    `files` are in merge order (base first). `root` is the config repo's own root below the linted root ("" or
    ending in "/"). Ids are the text that Go templates print for them; "" where a value is missing.
    """

    __slots__ = (
        "_empty",
        "_files_by_key",
        "_ids",
        "_items",
        "_mended",
        "_told",
        "_values",
        "base",
        "directory",
        "files",
        "meant",
        "parent",
        "root",
        "spec",
    )

    def __init__(
        self,
        spec: ApplicationSetSpec,
        root: str,
        directory: str,
        files: tuple[ConfigFile, ...],
        base: ConfigFile | None,
        parent: Scope | None = None,
        meant: bool = False,
    ) -> None:
        self.spec = spec
        self.root = root
        self.directory = directory
        self.files = files
        self.base = base
        self.parent = parent
        self.meant = meant
        self._values: dict[str, Any] | None = None
        self._ids: dict[str, str] | None = None
        self._mended = False
        self._empty: bool | None = None
        self._told: Mapping[Keys, Any] = {}
        self._files_by_key: Mapping[str | int, tuple[ConfigFile, ...]] | None = None
        self._items: dict[str, tuple[tuple[Keys, dict[str, Any]], ...]] = {}

    def __repr__(self) -> str:
        return f"Scope({self.spec.level}, {self.directory!r})"

    @property
    def level(self) -> Level:
        """The level of the tree that this scope's root Application stands at."""
        return self.spec.level

    @property
    def values(self) -> dict[str, Any]:
        """The merged values as the ApplicationSet passes them on (do not change them)."""
        if self._values is None:
            merged = _merged(file.data for file in self.files)
            if self.meant:
                merged = self._with_meant_ids(self._with_meant_blocks(merged))
            self._values = merged
        return self._values

    @property
    def is_mended(self) -> bool:
        """Whether the merged values hold blocks or ids that the files do not say."""
        return bool(self.values) and self._mended

    def misspelt_blocks(self, file: ConfigFile) -> dict[str, str]:
        """Top-level keys of a file that nothing knows -> the key of that file they are probably meant to be."""
        expected = keys_by_file(self.spec).get(file.name, ())
        missing = [key for key in expected if key not in file.data]
        if not missing or len(file.data) == len(expected) - len(missing) + file.has_merge_key:
            return {}
        known = {key for one in self.spec.files for key in one.keys}
        unknown = [key for key in file.data if key not in known and key != self.spec.merge_key]
        if not unknown:
            return {}
        from difflib import get_close_matches

        found: dict[str, str] = {}
        for key in unknown:
            near = get_close_matches(key, missing, n=1, cutoff=0.75)
            alone = len(expected) == 1 and len(unknown) == 1 and isinstance(file.data[key], dict | list)
            flat = key.replace("-", "_").lower()
            right = flat if flat in missing else near[0] if near else expected[0] if alone else ""
            if right and right not in found.values():
                found[key] = right
        return found

    def _with_meant_blocks(self, values: dict[str, Any]) -> dict[str, Any]:
        """Misspelt blocks under the names they were meant to have, so that what needs them is not reported as well."""
        mended = values
        for file in self.files:
            for wrong, right in self.misspelt_blocks(file).items():
                if right not in mended:
                    mended = {**mended, right: file.data[wrong]}
                    self._mended = True
        return mended

    @property
    def complete(self) -> bool:
        """Whether base and files are all there and intact, here and in every parent."""
        if self.base is None or any(not file.intact for file in self.files):
            return False
        return self.parent is None or self.parent.complete

    @property
    def common_key(self) -> str:
        """The merge key that all files of the scope share although it is not their directory, or "".

        The files then still find each other: it is the directory that has another name.
        """
        keys = {file.merge_key if isinstance(file.merge_key, str) else "" for file in self.files}
        if len(keys) != 1 or len(self.files) < 2:
            return ""
        key = keys.pop()
        return key if key != self.directory[len(self.root) :] else ""

    def is_made_of(self, spec: ApplicationSetSpec, files: tuple[ConfigFile, ...], parent: Scope | None) -> bool:
        """Whether the scope is these files under this parent."""
        return self.spec is spec and self.files == files and self.parent is parent

    def generated_from(self, spec: ApplicationSetSpec, files: tuple[ConfigFile, ...], parent: Scope | None) -> bool:
        """Whether a generator that merges `files` gives just this scope, no id mended."""
        return self.is_made_of(spec, files, parent) and not self.is_empty and not self._mended

    @property
    def is_empty(self) -> bool:
        """Whether no file gives any value."""
        if self._empty is None:
            self._empty = not self.values
        return self._empty

    @property
    def segments(self) -> Mapping[str, str]:
        """Which id each directory segment stands for, by the spec's pattern: {"account": "dev", ...}."""
        names = [part.strip("{}") for part in self.spec.prefix.split("/")]
        names[-1] = {"aiservice": "instance"}.get(self.spec.level, self.spec.level)
        parts = self.directory[len(self.root) :].split("/")
        return {n: part for n, part in zip(names, parts, strict=False) if n in ID_BLOCKS}

    def _with_meant_ids(self, values: dict[str, Any]) -> dict[str, Any]:
        """Ids as meant: where the base file disagrees with its directory, what the merge keys say decides.

        A wrong id is one finding; without this every name, namespace and secret path built from it would be another.
        """
        wrong: dict[str, str] = {}
        for name, segment in self.segments.items():
            block = values.get(name)
            value = block.get("id") if isinstance(block, dict) else None
            if value is not None and go_text(value) == segment:
                continue
            if value is not None and self._merge_keys_say(name, go_text(value)):
                continue
            wrong[name] = segment
        if not wrong:
            return values
        self._mended = True
        repaired = dict(values)
        for name, segment in wrong.items():
            block = values.get(name)
            repaired[name] = {**(block if isinstance(block, dict) else {}), "id": segment}
        return repaired

    def _merge_keys_say(self, name: str, value: str) -> bool:
        position = list(self.segments).index(name)
        votes = 0
        for file in self.files:
            if isinstance(file.merge_key, str):
                parts = file.merge_key.strip("/").split("/")
                votes += 1 if position < len(parts) and parts[position] == value else -1
        return votes > 0

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids that the merged values hold, by block, as Go templates print them."""
        if self._ids is None:
            self._ids = {block: text for block, text in _ids_in(self.values).items() if text}
        return self._ids

    def facts(self) -> list[Any]:
        """What `know` needs to spare another process the reading of the scope's files, as plain data."""
        # no more than one name or number each
        asked = [self.get(*keys) for keys in ASKED_ACROSS]
        told = [[value] if value is None or isinstance(value, str | int) else [] for value in asked]
        return [dict(self.ids), self._mended, self.is_empty, told, [file.facts() for file in self.files]]

    def know(self, facts: list[Any]) -> None:
        """Take what another process has read; the values are still put together when somebody asks."""
        self._ids, self._mended, self._empty, told, files = facts
        self._told = {keys: value[0] for keys, value in zip(ASKED_ACROSS, told, strict=True) if value}
        for file, known in zip(self.files, files, strict=True):
            file.know(known)

    def forget(self) -> None:
        """Keep no more than the facts: files and values are read again if somebody asks."""
        self.know(self.facts())
        for file in self.files:
            file.forget()
        self._values = self._files_by_key = None
        self._items = {}

    @property
    def account(self) -> str:
        """`account.id` as printed."""
        return self.ids.get("account", "")

    @property
    def cluster(self) -> str:
        """`cluster.id` as printed."""
        return self.ids.get("cluster", "")

    @property
    def instance(self) -> str:
        """`instance.id` as printed."""
        return self.ids.get("instance", "")

    @property
    def tenant(self) -> str:
        """`tenant.id` as printed."""
        return self.ids.get("tenant", "")

    def _values_at(self, key: str | int) -> dict[str, Any]:
        """The merged values, or of them no more than one top-level key, so that few files need be read."""
        if self._empty is None or self._mended:
            return self.values
        return _merged({key: file.data[str(key)]} for file in self._holders.get(key, ()))

    def get(self, *keys: str | int) -> Any:
        """The merged value at `keys`, or None."""
        if self._values is None and keys in self._told:
            return self._told[keys]
        current: Any = self._values if self._values is not None else self._values_at(keys[0])
        for key in keys:
            if current.__class__ is dict:
                current = current.get(key)
            elif isinstance(current, list) and isinstance(key, int) and 0 <= key < len(current):
                current = current[key]
            else:
                return None
        return current

    def items(self, key: str) -> tuple[tuple[Keys, dict[str, Any]], ...]:
        """The mappings of the top-level list `key`, each with its route."""
        known = self._items.get(key)
        if known is None:
            entries = self.get(key)
            entries = entries if isinstance(entries, list) else []
            known = tuple([((key, index), entry) for index, entry in enumerate(entries) if isinstance(entry, dict)])
            if self._values is not None:
                # where values are not kept in memory, neither are these
                self._items[key] = known
        return known

    def is_odd_list(self, key: str) -> bool:
        """Whether something that is no list stands where the top-level list `key` belongs: then it has no entries."""
        found = self.get(key)
        return found is not None and not isinstance(found, list)

    def has(self, *keys: str | int) -> bool:
        """Whether the merged values hold `keys` (a null value counts)."""
        return self.winner(keys) is not None

    def winner(self, keys: Keys) -> ConfigFile | None:
        """The file whose value survives the merge: the last one that holds the route, for a route that survives."""
        for file in reversed(self._holders.get(keys[0], ())):
            if contains(file.data, keys):
                return file
        return None

    @property
    def _holders(self) -> Mapping[str | int, tuple[ConfigFile, ...]]:
        """The files that hold each top-level key, in the order of the merge."""
        if self._files_by_key is None:
            found: dict[str | int, tuple[ConfigFile, ...]] = {}
            for file in self.files:
                for key in file.keys:
                    found[key] = (*found.get(key, ()), file)
            self._files_by_key = found
        return self._files_by_key

    def _meant_place(self, keys: Keys, part: Any) -> Place | None:
        """Where a route lies whose block is misspelt."""
        for file in self.files:
            for wrong, right in self.misspelt_blocks(file).items():
                if keys[:1] == (right,):
                    return Place(file.path, (wrong, *keys[1:]), part)
        return None

    def place(self, keys: Keys, part: Any = "value") -> Place:
        """Where the merged value at `keys` comes from; for a missing one, its nearest parent or the base file."""
        holders = self._holders.get(keys[0], ()) if keys else ()
        if len(holders) == 1:
            return Place(holders[0].path, keys, part)
        for length in range(len(keys) if holders else 0, 0, -1):
            file = self.winner(keys[:length])
            if file is not None:
                return Place(file.path, keys, part)
        if self.meant and self._mended:
            place = self._meant_place(keys, part)
            if place is not None:
                return place
        if self.base is not None:
            return Place(self.base.path, ())
        return Place(self.files[0].path if self.files else self.directory, ())

    def file(self, name: str) -> ConfigFile | None:
        """The config file of that base name, if the scope has it."""
        for file in self.files:
            if file.name == name:
                return file
        return None


def _ids_in(values: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in ID_BLOCKS:
        value = values.get(block)
        if isinstance(value, dict) and value.get("id") is not None:
            found[block] = go_text(value["id"])
    return found


def _merged(files: Iterable[dict[Any, Any]]) -> dict[Any, Any]:
    """The data of files one over the other, as the merge generator merges parameter sets."""
    from masgitops_lint.argocd.merge import merge_values

    merged: dict[Any, Any] = {}
    for data in files:
        for key, value in data.items():
            if key in merged and isinstance(value, dict) and isinstance(merged[key], dict):
                merged[key] = merge_values(merged[key], value)
            else:
                merged[key] = value
    return merged


def contains(data: Any, keys: Keys) -> bool:
    """Whether the route exists in `data`."""
    for key in keys:
        if data.__class__ is dict:
            if key not in data:
                return False
        elif data.__class__ is not list or not isinstance(key, int) or not 0 <= key < len(data):
            return False
        data = data[key]
    return True


def go_text(value: Any) -> str:
    """What a Go template prints for a value that came through the git file generator (numbers are float64).

    `fmt` prints a float64 in exponent form from 1e+06 on, so an unquoted 12-digit account id becomes 1.23e+11.
    """
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return go_float(float(value))
    return str(value)
