"""Where a change was made: in the head where the file is still there, else the file that is gone."""

from __future__ import annotations

from masgitops_lint.mas.scope import Scope, contains
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Keys, Place

from .model import Side
from .views import View


class Places:
    """Finds places on both sides."""

    def __init__(self, base: View, head: View) -> None:
        self._base = base
        self._head = head

    def of_removed(self, top: Application) -> tuple[Place, Side]:
        """The place of a removal: its own file if that is gone, else what is left of it there."""
        source = top.source
        if not source.keys and source.path in self._head.repository.path_set:
            return self._why_gone(top), "head"
        return self.surviving(source)

    def surviving(self, place: Place) -> tuple[Place, Side]:
        """The place on the head: the same route, else the nearest surviving key above it; else the removed file."""
        if place.path not in self._head.repository.path_set:
            return Place(place.path), "base"
        data = self._head.repository.document(place.path).data
        known = place.path in self._base.repository.path_set
        before = self._base.repository.document(place.path).data if known else data
        keys: Keys = place.keys
        if _at(before, ("merge-key",)) != _at(data, ("merge-key",)) and contains(data, ("merge-key",)):
            return Place(place.path, ("merge-key",)), "head"
        changed_key = _changed_key(_at(before, keys), _at(data, keys))
        if keys and changed_key is not None:
            return Place(place.path, (*keys, changed_key)), "head"
        if keys and isinstance(keys[-1], int):
            # entries after a removed one move up: the list itself is what changed
            keys = keys[:-1]
            changed = self._renamed_entry(place, data)
            if changed is not None:
                return changed, "head"
        while keys and not contains(data, keys):
            keys = keys[:-1]
        return Place(place.path, keys, "key" if keys else "value"), "head"

    def _renamed_entry(self, place: Place, data: object) -> Place | None:
        """The changed key of an entry that is still there under another name, when the list is as long as it was."""
        old = _at(self._base.repository.document(place.path).data, place.keys)
        new = _at(data, place.keys)
        olds = _at(self._base.repository.document(place.path).data, place.keys[:-1])
        news = _at(data, place.keys[:-1])
        if not (isinstance(old, dict) and isinstance(new, dict) and isinstance(olds, list) and isinstance(news, list)):
            return None
        if len(olds) != len(news):
            return None
        changed = [key for key in new if key in old and old[key] != new[key]]
        return Place(place.path, (*place.keys, changed[0])) if len(changed) in range(1, len(new) // 2 + 1) else None

    def _why_gone(self, top: Application) -> Place:
        """For a base file that is still there: the id or merge key in it that changed."""
        path = top.source.path
        before = self._base.repository.document(path).data
        after = self._head.repository.document(path).data
        for keys in (("cluster", "id"), ("instance", "id"), ("tenant", "id"), ("account", "id"), ("merge-key",)):
            if _at(before, keys) != _at(after, keys):
                return Place(path, keys)
        return Place(path)

    def of_value(self, head: Scope | None, base: Scope | None, after: Application) -> Place | None:
        """The config key that gives an Application its new namespace or server, if exactly its value is found."""
        if head is None or base is None:
            return None
        wanted = [value for value in (after.namespace, after.server) if value]
        for keys, value in _scalars(head.values, ()):
            if value in wanted and base.get(*keys) != value:
                return head.place(keys)
        return None


def _changed_key(before: object, after: object) -> str | None:
    """The one key of a block that was added or changed, where nothing else in it was."""
    if not isinstance(before, dict) or not isinstance(after, dict) or not before or before.keys() - after.keys():
        return None
    changed = [key for key, value in after.items() if key not in before or before[key] != value]
    return str(changed[0]) if len(changed) == 1 else None


def _at(data: object, keys: Keys) -> object:
    for key in keys:
        if isinstance(data, dict) and not isinstance(key, int):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data


def _scalars(value: object, keys: Keys) -> list[tuple[Keys, object]]:
    if isinstance(value, dict):
        return [found for key, below in value.items() for found in _scalars(below, (*keys, key))]
    if isinstance(value, list):
        return [found for index, below in enumerate(value) for found in _scalars(below, (*keys, index))]
    return [(keys, value)]
