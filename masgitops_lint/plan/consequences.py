"""What Argo CD does about an Application that the head no longer has.

Sources: argo-cd docs/operator-manual/applicationset/Controlling-Resource-Modification.md (policies), controller
appcontroller.go (finalizers, deletion order), gitops-engine pkg/sync/sync_context.go (pruning).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from masgitops_lint.argocd.versions import Interval
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Place

from .model import Effect
from .versions import argocd_of, has, lacks
from .views import View

if TYPE_CHECKING:
    from masgitops_lint.deployment.deployment import RenderFailure

_CASCADING = (
    "resources-finalizer.argocd.argoproj.io",
    "foreground-finalizer.argocd.argoproj.io",
    "background-finalizer.argocd.argoproj.io",
)
POST_DELETE = "post-delete-finalizer.argocd.argoproj.io"


@dataclass(frozen=True, slots=True)
class Consequence:
    """The effect of one removal, why, and the place that decides it where there is one."""

    effect: Effect
    reason: str
    decided: Place | None = None


class Consequences:
    """Answers for one pair of views; `old` and `new` are the objects of both sides by name."""

    def __init__(self, head: View, old: Mapping[str, Application], new: Mapping[str, Application]) -> None:
        self._head = head
        self._old = old
        self._new = new
        self._failed: dict[str, RenderFailure] = {
            failure.application: failure for failure in head.deployment.errors if failure.root
        }

    def top(self, application: Application) -> Application:
        """The topmost object on the way up that the head lacks as well."""
        current = application
        while current.parent is not None and current.parent not in self._new:
            above = self._old.get(current.parent)
            if above is None:
                break
            current = above
        return current

    def of(self, application: Application) -> Consequence:
        """What happens to one removed Application."""
        top = self.top(application)
        first = self._of_top(top)
        if top is application or top.name == application.name:
            return first
        return self._below(application, top, first)

    def blocking(self, application: Application) -> str:
        """Why a change or addition on the head is not applied, or ""."""
        current: Application | None = application
        while current is not None and current.parent is not None:
            frozen = self._head.frozen.get(current.parent)
            if frozen is not None:
                return frozen.reason
            failure = self._failed.get(current.parent)
            if failure is not None:
                return f"the root chart of `{current.parent}` does not render, so its Applications stay as they are"
            current = self._new.get(current.parent) or self._old.get(current.parent)
        return ""

    def _version(self, application: Application) -> Interval | None:
        return argocd_of(self._head.subject, application.account)

    def _of_top(self, top: Application) -> Consequence:
        parent = self._new.get(top.parent or "") or self._old.get(top.parent or "")
        if top.parent is None or parent is None:
            return Consequence(
                "kept", "the account root that rendered it is not in this repo: nothing in Argo CD removes it"
            )
        if parent.kind == "ApplicationSet":
            return self._generated(top, parent)
        return self._rendered(top, parent)

    def _generated(self, top: Application, parent: Application) -> Consequence:
        frozen = self._head.frozen.get(parent.name)
        if frozen is not None:
            return Consequence("blocked", frozen.reason, frozen.place)
        version = self._version(top)
        automatic = self._deletes_automatically(top.account)
        policy = parent.policy or ("sync" if automatic else "create-update")
        if policy in ("create-only", "create-update"):
            if lacks(version, "applicationset-applications-sync"):
                return self._deleted(
                    top,
                    f"Argo CD {version} ignores `applicationsSync: {policy}` (2.8 and newer know it), so the "
                    f"ApplicationSet `{parent.name}` deletes it",
                )
            return Consequence(
                "kept",
                f"the ApplicationSet `{parent.name}` no longer generates it, but its policy `applicationsSync: "
                f"{policy}` deletes nothing (auto_delete is false): it keeps its last values, no change in Git reaches "
                "it any more, and only a person can delete it",
            )
        emptied = not any(one.parent == parent.name for one in self._head.deployment.applications)
        why = f"the ApplicationSet `{parent.name}` no longer generates it and deletes it (`applicationsSync: {policy}`)"
        if emptied and self._empty(parent):
            why += "; its base generator now finds no file at all, which is no error, so every Application of it goes"
        return self._deleted(top, why)

    def _empty(self, parent: Application) -> bool:
        scopes = [s for s in self._head.scopes if self._made_by(s.spec.name, s.account, s.cluster) == parent.name]
        return not scopes

    @staticmethod
    def _made_by(name: str, account: str, cluster: str) -> str:
        return name.replace("{account}", account).replace("{cluster}", cluster)

    def _rendered(self, top: Application, parent: Application) -> Consequence:
        blocked = self.blocking(parent) if parent.parent is not None else ""
        if blocked:
            return Consequence("blocked", blocked)
        failure = self._failed.get(parent.name)
        if failure is not None:
            return Consequence(
                "blocked",
                f"the chart of `{parent.name}` no longer renders ({failure.message}), so Argo CD syncs nothing there: "
                "everything stays as it is until that is mended",
                failure.place,
            )
        if parent.prune is not True:
            return Consequence(
                "kept",
                f"`{parent.name}` does not render it any more, but syncs without `prune` (auto_delete is false): it "
                "keeps running, is shown as OutOfSync, and goes when a person syncs with Prune",
            )
        version = self._version(top)
        if "Prune=false" in top.sync_options:
            return Consequence("kept", "its sync option `Prune=false` keeps it")
        if "Prune=confirm" in top.sync_options and has(version, "option-confirm"):
            return Consequence(
                "blocked",
                "its sync option `Prune=confirm` makes the sync wait until a person approves the deletion",
            )
        return self._deleted(top, f"`{parent.name}` does not render it any more and prunes it")

    def _deleted(self, application: Application, why: str) -> Consequence:
        if not self._cascades(application):
            return Consequence(
                "orphaned",
                f"{why}; it has no resources finalizer, so its resources keep running and nobody manages them",
            )
        return Consequence("pruned", f"{why}, with all its resources (it has the resources finalizer)")

    def _cascades(self, application: Application) -> bool:
        if application.kind == "ApplicationSet":
            return True
        return any(one.split("/", 1)[0] in _CASCADING for one in application.finalizers)

    def _below(self, application: Application, top: Application, first: Consequence) -> Consequence:
        version = self._version(application)
        if first.effect == "pruned":
            if "Delete=false" in application.sync_options and has(version, "option-delete-false"):
                return Consequence("kept", f"`{top.name}` is deleted, but the option `Delete=false` keeps this one")
            if "Delete=confirm" in application.sync_options and has(version, "option-confirm"):
                return Consequence("blocked", f"the deletion of `{top.name}` waits for approval (`Delete=confirm`)")
            if not self._cascades(application):
                return Consequence(
                    "orphaned",
                    f"it is deleted with `{top.name}`; it has no resources finalizer, so its resources keep running",
                )
            return Consequence("pruned", f"it is deleted with `{top.name}`, with all its resources")
        if first.effect == "orphaned":
            return Consequence("orphaned", f"`{top.name}` is deleted without its resources: nothing manages this one")
        if first.effect == "blocked":
            return Consequence("blocked", first.reason, first.decided)
        return Consequence("kept", f"it stays because `{top.name}` stays: {first.reason}")

    def _deletes_automatically(self, account: str) -> bool:
        return self._head.subject.account(account).flag("auto_delete")

    def hook_notes(self, application: Application, hooks: frozenset[str], effect: Effect) -> tuple[str, ...]:
        """What becomes of the hooks that clean up after an Application."""
        if effect != "pruned":
            return ()
        version = self._version(application)
        notes = []
        if "PostDelete" in hooks:
            if lacks(version, "hook-post-delete"):
                waits = any(one.startswith(POST_DELETE) for one in application.finalizers)
                notes.append(
                    f"Argo CD {version} does not run its PostDelete hooks (2.10 and newer do): what they clean up stays"
                    + ("; its post-delete finalizer is never taken off, so it hangs in deletion" if waits else "")
                )
            else:
                notes.append("its PostDelete hooks run after the deletion (Argo CD 2.10 and newer)")
        if "PreDelete" in hooks:
            runs = not lacks(version, "hook-pre-delete")
            notes.append(
                "its PreDelete hooks run first (Argo CD 3.3 and newer)"
                if runs
                else f"Argo CD {version} does not run its PreDelete hooks (3.3 and newer do)"
            )
        if "PruneLast=true" in application.sync_options:
            notes.append("`PruneLast=true`: it is pruned after everything else of the same sync")
        return tuple(notes)
