"""What rules see of a repo, each view worked out when the first rule asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from masgitops_lint.mas.scope import Scope, contains
from masgitops_lint.model.place import Keys, Place

if TYPE_CHECKING:
    from masgitops_lint.argocd.detect import DetectedArgoCD
    from masgitops_lint.argocd.placeholders import Placeholder, Suspect
    from masgitops_lint.argocd.plaintext import Plaintext
    from masgitops_lint.argocd.waves import Misread
    from masgitops_lint.charts.profile import ReleaseProfile
    from masgitops_lint.charts.revision import ChartRevision
    from masgitops_lint.charts.unread import Unread
    from masgitops_lint.deployment.argocd_needs import BugHit, ChartNeed, ManifestNeed
    from masgitops_lint.deployment.build import BuildOptions
    from masgitops_lint.deployment.deployment import Deployment, RenderFailure
    from masgitops_lint.deployment.hook_trouble import ChartTrouble, Found
    from masgitops_lint.deployment.installs import Install
    from masgitops_lint.deployment.leaf_values import LeafValues
    from masgitops_lint.deployment.secret_inventory import Comparison, InventoryEntry
    from masgitops_lint.deployment.secrets import SecretsGraph, Writer
    from masgitops_lint.deployment.value_use import ByChart, Masked, NotBuilt, UsedValue
    from masgitops_lint.graph import Graph
    from masgitops_lint.kubernetes.objects import KubeObject
    from masgitops_lint.kubernetes.units import UnitGraph
    from masgitops_lint.mas.account_root import AccountRoot
    from masgitops_lint.mas.catalogs import Catalog, Catalogs
    from masgitops_lint.mas.config import MasConfig
    from masgitops_lint.mas.spec import ApplicationSetSpec
    from masgitops_lint.mas.texts import ConfigText
    from masgitops_lint.mas.values import ConfigValues
    from masgitops_lint.model.application import Application
    from masgitops_lint.plan.causes import Cause
    from masgitops_lint.plan.model import Deletion, Plan
    from masgitops_lint.repo.repository import Repository
    from masgitops_lint.settings import Settings
    from masgitops_lint.stores.content import StoreContent

    from .rule import Rule


class Context:
    """What a rule can ask. Everything is loaded on first use and shared by all rules.

    In a comparison `base` is the same view of the older snapshot, and `head` that of the newer one for the older.
    """

    def __init__(self, repository: Repository, settings: Settings, base: Context | None = None) -> None:
        self.repository = repository
        self.settings = settings
        self.base = base
        self.head: Context | None = None
        if base is not None:
            base.head = self
        self.build_options: BuildOptions | None = None

    def options(self, rule: Rule) -> Mapping[str, Any]:
        """The rule's options: its defaults with the settings laid over them."""
        chosen = dict(rule.options)
        for key in (rule.code, rule.name):
            chosen.update(self.settings.rules.get(key) or {})
        return chosen

    @cached_property
    def account_roots(self) -> Mapping[str, AccountRoot]:
        """The parameters of every account: manifest in the repo, else settings, else the documented defaults."""
        from masgitops_lint.mas.parameters import account_roots

        return account_roots(self.repository, self.settings, self._known_names, self.mas.accounts())

    def account(self, account: str) -> AccountRoot:
        """The parameters of one account; the documented defaults for one that nothing describes."""
        from masgitops_lint.mas.account_root import AccountRoot

        return self.account_roots.get(account) or AccountRoot(account, {}, "defaults")

    def applications_at(self, scope: Scope, keys: Keys) -> tuple[str, ...]:
        """Names of the Applications that the block or list entry at `keys` of a scope makes or configures."""
        return self.deployment.names_at(scope.directory, keys)

    def applications_for(self, place: Place) -> tuple[str, ...]:
        """Names of the Applications that the block or list entry at a place of a config file makes or configures."""
        directory = place.path.rpartition("/")[0]
        return self.deployment.names_at(directory, place.keys)

    def is_template_text(self, place: Place) -> bool:
        """Whether a config value is a template expression or a shell variable that nobody filled in."""
        value: Any = self.mas.file(place.path).data
        for key in place.keys:
            try:
                value = value[key]
            except (LookupError, TypeError):
                return False
        return isinstance(value, str) and "<path:" not in value and is_unfilled(value)

    def block_is_broken(self, scope: Scope, block: str) -> bool:
        """Whether a block of ids in a base file is no mapping: that is told once, by the rule about ids."""
        found = scope.base.data.get(block) if scope.base is not None else {"id": ""}
        return not isinstance(found, dict) or not found

    def applications_from(self, path: str) -> tuple[str, ...]:
        """Names of the Applications that exist because of a config file."""
        return self.deployment.names_from(path)

    @cached_property
    def has_units(self) -> bool:
        """Whether the repo holds anything but MAS config that is worth looking at."""
        from masgitops_lint.kubernetes.scan import any_sign

        return any_sign(self.repository, self._known_names)

    def explain_profile(self, account: str) -> str:
        """Which release profile serves an account, and why, in a sentence."""
        from masgitops_lint.charts.choose import explain_choice

        return explain_choice(account, self._manifest_roots.get(account), self.settings)[1]

    @cached_property
    def _known_names(self) -> frozenset[str]:
        from masgitops_lint.charts.choose import declared_file_names
        from masgitops_lint.charts.profile import known_file_names

        return known_file_names() | declared_file_names(self.settings)

    def profile(self, account: str) -> ReleaseProfile:
        """The release profile that serves an account."""
        known = self._profiles.get(account)
        if known is None:
            from masgitops_lint.charts.choose import choose_profile

            known = choose_profile(account, self._manifest_roots.get(account), self.settings)
            self._profiles[account] = known
        return known

    @cached_property
    def _profiles(self) -> dict[str, ReleaseProfile]:
        return {}

    @cached_property
    def _manifest_roots(self) -> Mapping[str, AccountRoot]:
        from masgitops_lint.mas.account_root import find_account_roots

        roots = find_account_roots(self.repository, self._known_names)
        return {root.account: root for root in roots}

    @cached_property
    def mas(self) -> MasConfig:
        """The MAS config repo, as meant and as the generators read it."""
        from masgitops_lint.mas.config import MasConfig

        return MasConfig(self.repository, self._specs, self._known_names, self.head.mas if self.head else None)

    def _specs(self, account: str) -> tuple[ApplicationSetSpec, ...]:
        """The ApplicationSets that serve an account, with the files that the settings add."""
        from masgitops_lint.charts.extend import with_extra_files

        return with_extra_files(self.profile(account).applicationsets, self.settings.contract.files)

    @cached_property
    def deployment(self) -> Deployment:
        """The Applications Argo CD would build from the meant config."""
        from masgitops_lint.deployment.build import build_deployment

        return build_deployment(self)

    @cached_property
    def meant_deployment(self) -> Deployment:
        """What the release profile makes of the meant config, also where real charts are rendered.

        Rules about values need it: only a profile knows which config value becomes which value of a leaf chart.
        """
        if not self.is_exact:
            return self.deployment
        from masgitops_lint.deployment.from_profile import build

        return build(self.mas, self.profile, self.account)

    @cached_property
    def is_exact(self) -> bool:
        """Whether real charts are rendered: then `deployment` is of what the generators read, not of what was meant."""
        from masgitops_lint.deployment.build import chart_source

        return any(chart_source(self, account) for account in self.mas.accounts())

    def is_told_by_files(self, directory: str) -> bool:
        """Whether real charts were given less of a scope than was meant, for reasons that rules about files tell."""
        return self.is_exact and any(directory == one or directory.startswith(f"{one}/") for one in self._not_as_meant)

    @cached_property
    def _not_as_meant(self) -> frozenset[str]:
        """Directories of scopes with a file that lacks its merge key or block under the right name."""
        return frozenset(
            scope.directory
            for scope in self.mas.scopes
            for file in scope.files
            if scope.misspelt_blocks(file)
            or (scope.spec.merge_key and file.merge_key != scope.directory[len(scope.root) :])
            or file.path.rpartition("/")[2].removesuffix(".yaml") != file.name.removesuffix(".yaml")
        )

    @cached_property
    def leaf_failures(self) -> tuple[RenderFailure, ...]:
        """Leaf charts that do not render with what they are given."""
        from masgitops_lint.deployment.leaf_failures import leaf_failures

        return tuple(leaf_failures(self.deployment, self.profile))

    @cached_property
    def misread_values(self) -> tuple[tuple[Scope, Place, Misread], ...]:
        """Annotations about order in the config itself that Argo CD will not read as written."""
        from masgitops_lint.argocd.waves import ORDER_ANNOTATIONS, misread_annotation

        def pick(route: Keys) -> Callable[[Any], object] | None:
            name = route[-1]
            if name not in ORDER_ANNOTATIONS:
                return None
            return lambda value: isinstance(value, str) and not is_unfilled(value) and misread_annotation(name, value)

        found = (
            (scope, place, misread_annotation(str(place.keys[-1]), value))
            for scope, place, value in self.scope_values(pick)
        )
        return tuple((scope, place, wrong) for scope, place, wrong in found if wrong is not None)

    @cached_property
    def chart_troubles(self) -> tuple[ChartTrouble, ...]:
        """Hooks and waves in rendered charts that do not work as meant; nothing where the charts are not rendered."""
        if not self.deployment.exact:
            return ()
        from masgitops_lint.deployment.hook_trouble import told_once

        return told_once(self.found_troubles())

    def found_troubles(self) -> tuple[Found, ...]:
        """The same, Application by Application."""
        from masgitops_lint.deployment.hook_trouble import found_troubles

        written: dict[str, set[str]] = {}
        for scope, _, wrong in self.misread_values:
            written.setdefault(scope.directory, set()).add(f"{wrong.annotation}={wrong.text}")
        # what the charts of the release need is compared with the version that runs by the rule about that
        unknown = {
            account: [
                hook
                for hook, feature in (("PostDelete", "hook-post-delete"), ("PreDelete", "hook-pre-delete"))
                if feature not in self.profile(account).argocd_uses
                and self.argocd.verdict(account).supports(feature) is False
            ]
            for account in self.mas.accounts()
        }
        return found_troubles(self.deployment, written, unknown)

    def unread_keys(self, scope: Scope) -> tuple[Unread, ...]:
        """Keys of a scope's files that no chart reads (the settings' `contract` counted in)."""
        from masgitops_lint.charts.unread import unread_keys

        known = self._unread.get(id(scope))
        if known is None:
            found = unread_keys(scope, self.profile_of(scope), self.settings.contract.keys_read)
            known = self._unread[id(scope)] = tuple(found)
        return known

    @cached_property
    def _unread(self) -> dict[int, tuple[Unread, ...]]:
        return {}

    def misspelt_keys(self, scope: Scope) -> Mapping[Keys, Keys]:
        """Keys that are missing under their right name: the right route, and the one that was probably meant for it."""
        from masgitops_lint.charts.unread import successor

        known = self._misspelt.get(id(scope))
        if known is not None:
            return known
        found: dict[Keys, Keys] = {}
        for unread in self.unread_keys(scope):
            right = (*unread.keys[:-1], successor(unread))
            if right[-1] in unread.known and not scope.has(*right):
                found[right] = unread.keys
        self._misspelt[id(scope)] = found
        return found

    @cached_property
    def _misspelt(self) -> dict[int, Mapping[Keys, Keys]]:
        return {}

    def is_misspelt_in(self, directory: str, keys: Keys) -> bool:
        """The same for the scopes of a directory."""
        return bool(keys) and any(self.is_misspelt(one, keys) for one in self._scopes_by_directory.get(directory, ()))

    @cached_property
    def _scopes_by_directory(self) -> Mapping[str, tuple[Scope, ...]]:
        found: dict[str, list[Scope]] = {}
        for scope in self.mas.scopes:
            found.setdefault(scope.directory, []).append(scope)
        return {directory: tuple(scopes) for directory, scopes in found.items()}

    def has_misspelt_field(self, directory: str, keys: Keys) -> bool:
        """Whether a field on the way to a missing one stands in a passed-on spec under a wrong name."""
        from masgitops_lint.charts.fields import misspelt_fields

        return bool(keys) and any(
            keys[: len(wrong)] == (*wrong[:-1], meant)
            for scope in self._scopes_by_directory.get(directory, ())
            for wrong, meant in misspelt_fields({str(keys[0]): scope.values.get(str(keys[0]))})
        )

    def misspelt_fields(self, scope: Scope) -> Iterator[tuple[Keys, str]]:
        """Routes of fields in passed-on specs whose names are slips of the pen, with the names that were meant."""
        from masgitops_lint.charts.fields import misspelt_fields

        return misspelt_fields(scope.values if self._may_be_misspelt or scope.is_mended else {})

    @cached_property
    def _may_be_misspelt(self) -> bool:
        from masgitops_lint.charts.fields import may_be_misspelt

        return may_be_misspelt(self.values)

    def mistyped_fields(self, scope: Scope) -> Iterator[tuple[Keys, str]]:
        """Routes of fields in passed-on specs that hold the wrong type, with the word for the right one."""
        from masgitops_lint.charts.fields import mistyped_fields

        return mistyped_fields(scope.values if self._may_be_mistyped or scope.is_mended else {})

    @cached_property
    def _may_be_mistyped(self) -> bool:
        from masgitops_lint.charts.fields import may_be_mistyped

        return may_be_mistyped(self.values)

    def are_misspelt(self, scope: Scope, block: str, names: Iterable[str]) -> bool:
        """Whether one of some keys is misspelt in an entry of a list."""
        if not self.misspelt_keys(scope):
            return False
        return any(self.is_misspelt(scope, (*keys, name)) for keys, _ in scope.items(block) for name in names)

    def is_misspelt(self, scope: Scope, keys: Keys) -> bool:
        """Whether a missing key, or a block around it, stands there under a wrong name: one finding, not two."""
        wrong = self.misspelt_keys(scope)
        return bool(wrong) and any(keys[:length] in wrong for length in range(1, len(keys) + 1))

    @cached_property
    def with_values(self) -> tuple[tuple[Application, LeafValues, Scope], ...]:
        """The Applications whose leaf values the release profile knows, with the scopes that render them."""
        from masgitops_lint.deployment.value_use import with_values

        return tuple(with_values(self.meant_deployment))

    @cached_property
    def _by_chart(self) -> ByChart:
        from masgitops_lint.deployment.value_use import by_chart

        return by_chart(self.with_values, self.profile_of)

    @cached_property
    def used_values(self) -> tuple[UsedValue, ...]:
        """Config values that charts print or test for truth: the root charts' own first, then the leaf charts'."""
        from masgitops_lint.deployment.value_use import may_be_misused, used_at_root, used_in_leaves

        levels = {(self.profile_of(scope), scope.level) for scope in self.mas.scopes}
        suspicious = {one for one in levels if may_be_misused(self.values, *one)}
        own = [
            one
            for scope in self.mas.scopes
            if (self.profile_of(scope), scope.level) in suspicious or scope.is_mended
            for one in used_at_root(scope, self.profile_of(scope))
        ]
        return (*own, *used_in_leaves(self._by_chart))

    @cached_property
    def masked_values(self) -> tuple[Masked, ...]:
        """Values that leaf charts fill in with placeholders of their own."""
        from masgitops_lint.deployment.value_use import masked

        return tuple(masked(self._by_chart))

    @cached_property
    def placeholders_at(self) -> Mapping[tuple[str, Keys], str]:
        """Directory of a scope and keys without a value -> the placeholder that a leaf chart fills in there."""
        found: dict[tuple[str, Keys], str] = {}
        for one in self.masked_values:
            found.setdefault((one.place.path.rpartition("/")[0], one.keys), one.placeholder)
        return found

    @cached_property
    def empty_fields(self) -> tuple[tuple[Application, Scope, str, Keys], ...]:
        """Fields of Applications (`name`, `namespace`, `server`, `path`) whose value is not there, and its keys."""
        from masgitops_lint.deployment.value_use import empty_fields

        return tuple(empty_fields(self.with_values))

    @cached_property
    def missing_in_fields(self) -> Mapping[str, frozenset[Keys]]:
        """Directory of a scope -> keys without a value that an Application's name, place or chart is made of."""
        found: dict[str, set[Keys]] = {}
        for _, scope, _, keys in self.empty_fields:
            found.setdefault(scope.directory, set()).add(keys)
        return {directory: frozenset(keys) for directory, keys in found.items()}

    def is_list_key(self, scope: Scope, key: str) -> bool:
        """Whether the charts of a scope's release go through the entries of a top-level key."""
        from masgitops_lint.charts.contract import ITEM, contract_of

        node = contract_of(self.profile_of(scope), scope.level).root.below.get(key)
        return node is not None and set(node.below) == {ITEM}

    @cached_property
    def placeholder_blocks(self) -> tuple[tuple[Application, str, Scope], ...]:
        """Applications that a root chart builds from its own example values, and the block that is missing."""
        from masgitops_lint.deployment.value_use import placeholder_blocks

        return tuple(placeholder_blocks(self.with_values))

    @cached_property
    def not_built(self) -> tuple[tuple[Scope, NotBuilt], ...]:
        """Blocks and list entries that could make an Application and make none."""
        from masgitops_lint.charts.unread import by_hand
        from masgitops_lint.deployment.value_use import not_built

        meant = by_hand()["not_built"]["keys"]
        return tuple(
            (scope, one)
            for scope, one in not_built(self.with_values, self.profile_of)
            if not (one.keys[0] in meant and scope.get(one.keys[0], meant[one.keys[0]]))
        )

    def root_defaults(self, scope: Scope) -> Mapping[str, Any]:
        """What the root chart of a scope takes where the config says nothing."""
        root = self.profile_of(scope).data["roots"].get(scope.level)
        return root["defaults"] if root else {}

    def listed_names(self) -> frozenset[str]:
        """Names of values that some leaf chart of a release in use goes through as a list."""
        from masgitops_lint.charts.contract import listed_names

        return frozenset().union(*(listed_names(self.profile(account)) for account in self.mas.accounts()))

    def parameters_of(self, scope: Scope) -> frozenset[str]:
        """Dotted names that always reach a scope's root chart as Helm parameters."""
        return self.profile_of(scope).parameters(scope.level)

    def compared_words(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        """Key name -> the texts that some template of the scope's release compares it with, letter by letter."""
        from masgitops_lint.charts.words import compared_words

        return compared_words(self.profile_of(scope))

    def account_of(self, scope: Scope) -> str:
        """The directory name of a scope's account."""
        return scope.directory[len(scope.root) :].split("/", 1)[0]

    def profile_of(self, scope: Scope) -> ReleaseProfile:
        """The release profile that serves a scope's account."""
        known = self._profiles_by_scope.get(id(scope))
        if known is None:
            self._profiles_by_scope[id(scope)] = known = self.profile(self.account_of(scope)), scope
        return known[0]

    @cached_property
    def _profiles_by_scope(self) -> dict[int, tuple[ReleaseProfile, Scope]]:
        # a scope is kept with its profile, so that its id stays its own
        return {}

    @cached_property
    def plan(self) -> Plan:
        """What happens when this snapshot replaces `base`; the empty plan without one."""
        from masgitops_lint.plan.compare import compare
        from masgitops_lint.plan.model import Plan

        if self.base is None:
            return Plan()
        if not (self.mas.found or self.base.mas.found) and (self.has_units or self.base.has_units):
            from masgitops_lint.plan.units import compare_units

            return compare_units(self.base.units, self.units)
        return compare(self.base, self, self.build_options)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """What the change removes, grouped by the file, entry or id that was changed."""
        from masgitops_lint.plan.causes import causes

        return causes(self.plan, self)

    @cached_property
    def stopped_writers(self) -> tuple[Writer, ...]:
        """Jobs that wrote a secret before the change, and do not after it."""
        from masgitops_lint.plan.stopped_writers import stopped_writers

        return () if self.base is None else stopped_writers(self.plan, self.base, self)

    def wrong_prune_order(self) -> Iterator[tuple[Deletion, Deletion]]:
        """Pruned Applications of one sync that go in an order which leaves the second without its operator."""
        from masgitops_lint.plan.causes import wrong_order

        return wrong_order(self.plan, self)

    @cached_property
    def secrets(self) -> SecretsGraph:
        """Every vault reference of the meant config with its readers and writers."""
        from masgitops_lint.deployment.secrets import build_secrets

        return build_secrets(self.mas, self.deployment, self.settings, self.profile, self.account)

    @cached_property
    def inventory(self) -> tuple[InventoryEntry, ...]:
        """Every secret the repo needs, and how each comes to be."""
        from masgitops_lint.deployment.secret_inventory import inventory
        from masgitops_lint.deployment.unit_inventory import unit_inventory

        found = inventory(self.secrets) if self.mas.found else ()
        return (*found, *unit_inventory(self.units)) if self.has_units else found

    @cached_property
    def store(self) -> StoreContent | None:
        """The content of a secret store, when the caller supplied one."""
        return None

    def store_comparison(self, export: str = "") -> Comparison | None:
        """The store against the inventory; `export` is a file of the repo. None when there is nothing to compare."""
        from masgitops_lint.deployment.secret_inventory import compare
        from masgitops_lint.stores.content import StoreError
        from masgitops_lint.stores.export import read_export

        content = self.store
        if content is None and export and export in self.repository.path_set:
            try:
                content = read_export(self.repository.read(export).decode("utf-8", "replace"), export)
            except (OSError, StoreError):
                return None
        return None if content is None else compare(self.inventory, content)

    @cached_property
    def values(self) -> ConfigValues:
        """The scalars of the config files by their keys: whoever judges values does so once for each different one."""
        from masgitops_lint.mas.values import ConfigValues

        mas = self.mas
        files = {path: mas.file(path).data for path in mas.read_paths}
        for scope in mas.scopes:
            for file in scope.files:
                files.setdefault(file.path, file.data)
        return ConfigValues(files.items())

    @cached_property
    def manifest_texts(self) -> tuple[ConfigText, ...]:
        """Every text and number of the Kubernetes manifests, with its place."""
        if not self.has_units:
            return ()
        from masgitops_lint.kubernetes.scan import is_chart_part, set_aside
        from masgitops_lint.mas.texts import manifest_texts

        config = frozenset(self.mas.whole.read_paths)
        return tuple(
            manifest_texts(self.repository, lambda path: path in config or is_chart_part(path) or set_aside(path))
        )

    def config_values(self, pick: Callable[[Keys], Callable[[Any], object] | None]) -> Iterator[ConfigText]:
        """The scalars of the config files that a judge finds worth a look.

        `pick` names the judge for a route (None where no value matters); list indexes in the route are 0.
        """
        read = self._read_paths
        return (one for one in self.values.where(pick) if one.place.path in read)

    def texts_where(
        self, judge: Callable[[str], object], holding: tuple[str, ...], *, manifests: bool = True
    ) -> Iterator[ConfigText]:
        """The texts of the config files, then of the manifests, that a judge finds worth a look.

        Only texts that hold one of `holding` are shown to it; what is base64 or certificates as a whole is passed over.
        """
        read = self._read_paths
        yield from (one for one in self.values.texts_holding(holding, judge) if one.place.path in read)
        for one in self.manifest_texts if manifests else ():
            text = one.value
            if isinstance(text, str) and any(part in text for part in holding) and judge(text):
                yield one

    @cached_property
    def placeholder_suspects(self) -> tuple[tuple[ConfigText, Suspect], ...]:
        """What was meant as a vault placeholder and is none, or cannot be resolved, in every text that holds such."""
        from masgitops_lint.argocd.placeholders import SIGNS, suspects

        found = self.texts_where(suspects, SIGNS)
        return tuple((one, suspect) for one in found for suspect in suspects(str(one.value)))

    def malformed_secret_paths(self) -> Iterator[tuple[ConfigText, Placeholder, str]]:
        """Vault placeholders whose path the store must refuse, and why."""
        from masgitops_lint.argocd.placeholders import OPENER
        from masgitops_lint.argocd.secret_paths import malformed

        backend = self.settings.secrets.backend or "unknown"

        def judge(text: str) -> list[tuple[Placeholder, str]]:
            return malformed(text, backend)  # type: ignore[arg-type]

        for one in self.texts_where(judge, (OPENER,)):
            for placeholder, problem in judge(str(one.value)):
                yield one, placeholder, problem

    def plaintext_secrets(self) -> Iterator[tuple[ConfigText, Plaintext]]:
        """Texts that are secrets by their own form, each with the first of what is in it."""
        from masgitops_lint.argocd.plaintext import find, found_in

        read = self._read_paths
        found = [one for one in self.values.texts_found_by(found_in) if one.place.path in read]
        for one in (*found, *self.manifest_texts):
            secrets = find(one.value) if isinstance(one.value, str) else ()
            if secrets:
                yield one, secrets[0]

    def secrets_in_clear(self) -> Iterator[ConfigText]:
        """Values (texts and numbers) under keys that are named like a secret's, placeholders and the like left out."""
        from functools import partial

        from masgitops_lint.argocd.plaintext import in_manifest_field, in_secret_field, names_a_secret

        def pick(route: Keys) -> Callable[[Any], object] | None:
            name = next((key for key in reversed(route) if isinstance(key, str)), "")
            return partial(in_secret_field, (name,)) if names_a_secret(name) else None

        yield from self.config_values(pick)
        for one in self.manifest_texts:
            if in_manifest_field(one.place.keys, one.value, one.kind):
                yield one

    @cached_property
    def _read_paths(self) -> frozenset[str]:
        return frozenset(self.mas.read_paths)

    def scope_values(
        self, pick: Callable[[Keys], Callable[[Any], object] | None]
    ) -> Iterator[tuple[Scope, Place, Any]]:
        """The same for the files of sound scopes (`mas.scopes`): scope, place and value."""
        scopes = self._scopes_by_file
        for one in self.values.where(pick):
            for scope in scopes.get(one.place.path, ()):
                yield scope, one.place, one.value

    @cached_property
    def _scopes_by_file(self) -> Mapping[str, tuple[Scope, ...]]:
        found: dict[str, tuple[Scope, ...]] = {}
        for scope in self.mas.scopes:
            for file in scope.files:
                found[file.path] = (*found.get(file.path, ()), scope)
        return found

    def inside(self, place: Place, text: str) -> Place:
        """The place of `text` itself inside a value of several lines; else `place` as it is."""
        return place._replace(within=text)

    @cached_property
    def installs(self) -> tuple[Install, ...]:
        """Configurations of suite applications, with what installs them."""
        from masgitops_lint.deployment.installs import installs

        return tuple(installs(self.mas.scopes, self.deployment))

    @cached_property
    def graph(self) -> Graph:
        """The dependency graph."""
        from masgitops_lint.graph import build_graph

        return build_graph(self)

    @cached_property
    def units(self) -> UnitGraph:
        """The generic Argo CD, Flux and kustomize units; empty, after one look at the bytes, for a repo without any."""
        from masgitops_lint.charts.lenient import LenientTemplates, render_chart
        from masgitops_lint.kubernetes.units import build_units

        def render(directory: str, release: str, namespace: str, values: Mapping[str, Any]) -> list[KubeObject] | None:
            return render_chart(self.repository, directory, release, namespace, values)

        return build_units(
            self.repository, self.settings, render=render, go=LenientTemplates(), known_names=self._known_names
        )

    def template_faults(self) -> Iterator[tuple[Place, str, tuple[str, ...]]]:
        """Templates of charts in the repository that do not parse: where, why, and the units that render the chart."""
        from masgitops_lint.charts.lenient.faults import chart_faults

        return chart_faults(self.units)

    @cached_property
    def argocd(self) -> DetectedArgoCD:
        """Which Argo CD runs, and how that is known."""
        from masgitops_lint.argocd.detect import detect

        return detect(self.repository, self.settings, self._known_names)

    def argocd_place(self, account: str) -> Place:
        """Where to report about the Argo CD of an account: its evidence, else its Account Root, else its first base."""
        evidence = self.argocd.verdict(account).evidence
        if evidence is not None:
            return evidence.place
        declared = self.settings_place("accounts", account, "argocd_version") or self.settings_place("argocd_version")
        if self.settings.argocd_version_for(account) and declared is not None:
            return declared
        return self.account_place(account)

    def account_place(self, account: str, parameter: str = "") -> Place:
        """Where a parameter of an account root is set: manifest, else settings, else the account's first base file."""
        root = self.account(account)
        if parameter in root.places:
            return root.places[parameter]
        if root.manifest is not None:
            return root.manifest
        place = self.settings_place("accounts", account, *((parameter,) if parameter else ()))
        if place is not None:
            return place
        bases = (scope.base for scope in self.mas.meant if scope.level == "cluster" and scope.account == account)
        return next((Place(base.path, ("account", "id")) for base in bases if base is not None), Place(""))

    def settings_place(self, *keys: str) -> Place | None:
        """A place in the settings file, when that file lies in the repo and holds the route."""
        from masgitops_lint.settings.load import FILE_NAME

        if self.settings.path is None or FILE_NAME not in self.repository.path_set:
            return None
        data = self.repository.document(FILE_NAME).data
        for route in (keys, (*keys[:-1], keys[-1].replace("_", "-"))):
            if contains(data, route):
                return Place(FILE_NAME, route)
        return None

    def argocd_needs(self, account: str) -> tuple[ChartNeed, ...]:
        """Features of Argo CD that the charts of an account rely on, the most demanding first."""
        from masgitops_lint.deployment.argocd_needs import chart_needs

        return chart_needs(self.profile(account))

    @cached_property
    def manifest_needs(self) -> tuple[ManifestNeed, ...]:
        """Features of Argo CD that manifests of the repo rely on, the most demanding first."""
        from masgitops_lint.deployment.argocd_needs import manifest_needs

        return manifest_needs(self.units) if self.has_units else ()

    @cached_property
    def argocd_bugs(self) -> tuple[BugHit, ...]:
        """What in the repo a known defect of some Argo CD bites, whichever runs."""
        from masgitops_lint.deployment.argocd_needs import config_bugs, manifest_bugs

        found = list(manifest_bugs(self.units, self.argocd)) if self.has_units else []
        return (*found, *config_bugs(self.mas.scopes))

    def chart_revision(self, account: str) -> ChartRevision | None:
        """The revision of the source repo that serves an account; None where nothing names one."""
        from masgitops_lint.charts.revision import chart_revision

        return chart_revision(account, self._manifest_roots.get(account), self.settings)

    def is_production(self, account: str) -> bool:
        """Whether an account is marked as production, or named so where the settings do not speak of it."""
        declared = self.settings.accounts.get(account)
        if declared is not None:
            return declared.production
        return re.search(r"(?<!non)(?<!non-)(?<!pre)(?<!pre-)\b(?:prod|prd|production)(?:\d*)\b", account) is not None

    @cached_property
    def catalogs(self) -> Catalogs:
        """The operator catalogues that IBM has published, as far as this mas-lint knows."""
        from masgitops_lint.mas.catalogs import load

        return load()

    def catalog_of(self, scope: Scope) -> Catalog | None:
        """The operator catalogue of a scope's cluster; None when it is not set or not known."""
        while scope.level != "cluster" and scope.parent is not None:
            scope = scope.parent
        tag = scope.get("ibm_operator_catalog", "mas_catalog_version")
        return self.catalogs.by_id.get(tag) if isinstance(tag, str) else None

    def applications_of(self, scope: Scope) -> tuple[str, ...]:
        """Names of the Applications that one scope renders, its own root Application first."""
        return self.deployment.names_under(scope.directory)


def is_unfilled(text: str) -> bool:
    """Whether a text stands for another one: a vault placeholder, a template expression or a shell variable."""
    return "<path:" in text or "{{" in text or "${" in text or "{%" in text
