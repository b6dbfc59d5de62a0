"""Walks over plain adjacency: strongly connected components, shortest ways, what can be reached. All iterative."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

Adjacency = Mapping[int, Sequence[int]]


def knotted(adjacency: Adjacency) -> list[list[int]]:
    """The strongly connected components that hold a cycle, each in ascending order.

    Nodes that lie on no cycle are peeled off first from both ends (Kahn), which leaves nothing in an ordered graph.
    """
    left = _peel(adjacency)
    return [sorted(part) for part in _components(left) if len(part) > 1 or part[0] in left[part[0]]]


def _peel(adjacency: Adjacency) -> dict[int, list[int]]:
    backward: dict[int, list[int]] = {}
    count: dict[int, int] = {}
    for node, targets in adjacency.items():
        count[node] = len(targets)
        for target in targets:
            backward.setdefault(target, []).append(node)
            count.setdefault(target, len(adjacency.get(target, ())))
    free = [node for node, number in count.items() if not number]
    gone: set[int] = set()
    while free:
        node = free.pop()
        gone.add(node)
        for source in backward.get(node, ()):
            count[source] -= 1
            if not count[source]:
                free.append(source)
    return {
        node: [target for target in adjacency.get(node, ()) if target not in gone] for node in count if node not in gone
    }


def _components(adjacency: Adjacency) -> list[list[int]]:
    """Tarjan's algorithm without recursion."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for root in adjacency:
        if root in order:
            continue
        work = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                order[node] = low[node] = len(order)
                stack.append(node)
                on_stack.add(node)
            targets = adjacency.get(node, ())
            for at in range(position, len(targets)):
                target = targets[at]
                if target not in order:
                    work += [(node, at + 1), (target, 0)]
                    break
                if target in on_stack:
                    low[node] = min(low[node], order[target])
            else:
                if low[node] == order[node]:
                    part: list[int] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    found.append(part)
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
    return found


def shortest_way(adjacency: Adjacency, start: int, goal: int, within: set[int] | None = None) -> list[int]:
    """Nodes from `start` to `goal`, both included; [] when there is no way."""
    if start == goal:
        return [start]
    came: dict[int, int] = {start: start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for target in adjacency.get(node, ()):
            if target in came or (within is not None and target not in within):
                continue
            came[target] = node
            if target == goal:
                way = [goal]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            queue.append(target)
    return []


def reachable(adjacency: Adjacency, starts: Iterable[int]) -> dict[int, None]:
    """Everything that can be reached, the starts included, in order of discovery."""
    found = dict.fromkeys(starts)
    queue = deque(found)
    while queue:
        for target in adjacency.get(queue.popleft(), ()):
            if target not in found:
                found[target] = None
                queue.append(target)
    return found
