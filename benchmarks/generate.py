"""Write a config repo of any size: `python -m benchmarks.generate OUT --accounts 10 --clusters 20 --instances 5`.

The same arguments give the same bytes. An instance's files depend on the seed and its own ids only, so a smaller
repo is a part of a larger one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from .content import CATALOGS, REGIONS, Cluster, cluster_files, instance_files
from .defects import DEFECTS, Planted


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the repo is: `clusters` in every account, `instances` in every cluster."""

    accounts: int = 1
    clusters: int = 1
    instances: int = 1

    @property
    def total(self) -> int:
        """Number of instances in the repo."""
        return self.accounts * self.clusters * self.instances


def shape_of(instances: int) -> Shape:
    """A shape with this many instances: five in a cluster and twenty clusters in an account where that divides."""
    per_cluster = next(size for size in (5, 4, 3, 2, 1) if instances % size == 0)
    clusters = instances // per_cluster
    per_account = next(size for size in range(20, 0, -1) if clusters % size == 0)
    return Shape(clusters // per_account, per_account, per_cluster)


def files(shape: Shape, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Path (with `/`) and text of every file, cluster by cluster."""
    for account in range(1, shape.accounts + 1):
        random = Random(f"{seed} account {account}")
        aws_account, region = f"{random.randrange(10**11, 10**12)}", random.choice(REGIONS)
        catalog = random.choice(CATALOGS)
        for number in range(1, shape.clusters + 1):
            random = Random(f"{seed} cluster {account} {number}")
            name = f"ocp{account:02d}-{number:02d}"
            cluster = Cluster(f"fleet{account:02d}", aws_account, region, name, catalog)
            for file, text in cluster_files(cluster, random):
                yield f"{cluster.path}/{file}", text
            for index in range(1, shape.instances + 1):
                instance = f"m{account:02d}{number:02d}{index:02d}"
                for file, text in instance_files(cluster, instance, Random(f"{seed} instance {instance}")):
                    yield f"{cluster.path}/{instance}/{file}", text


def plant(
    contents: Iterator[tuple[str, str]], shape: Shape, count: int, planted: list[Planted]
) -> Iterator[tuple[str, str]]:
    """The same files with `count` defects, at most one in an instance and evenly spread; `planted` is filled as they
    pass. Raises ValueError for more defects than instances.
    """
    if count > shape.total:
        raise ValueError(f"{count} defects do not fit into {shape.total} instances, one in each")
    chosen = {number * shape.total // count: DEFECTS[number % len(DEFECTS)] for number in range(count)}
    seen: dict[str, int] = {}
    for path, text in contents:
        directory, _, file = path.rpartition("/")
        if directory.count("/") == 2:
            defect = chosen.get(seen.setdefault(directory, len(seen)))
            if defect is not None and defect.file == file:
                planted.append(Planted(path, defect.code))
                text = defect.plant(text)
        yield path, text


def write(out: str, contents: Iterator[tuple[str, str]]) -> tuple[int, int]:
    """Write the files under `out`; number of files and bytes. Raises FileExistsError when `out` is not empty."""
    if os.path.isdir(out) and os.listdir(out):
        raise FileExistsError(f"{out} is not empty")
    known, count, size = "", 0, 0
    for path, text in contents:
        file = os.path.join(out, *path.split("/"))
        directory = os.path.dirname(file)
        if directory != known:
            os.makedirs(directory, exist_ok=True)
            known = directory
        data = text.encode()
        with open(file, "wb") as stream:
            stream.write(data)
        count, size = count + 1, size + len(data)
    return count, size


def main(arguments: list[str] | None = None) -> int:
    """Command line; exit code 2 when the repo cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", metavar="OUT", help="directory to fill: missing or empty")
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--clusters", type=int, default=1, help="in every account")
    parser.add_argument("--instances", type=int, default=5, help="in every cluster")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--defects", type=int, default=0, metavar="N", help="plant N defects and list them")
    given = parser.parse_args(arguments)
    shape = Shape(given.accounts, given.clusters, given.instances)
    planted: list[Planted] = []
    try:
        contents = files(shape, given.seed)
        if given.defects:
            contents = plant(contents, shape, given.defects, planted)
        count, size = write(given.out, contents)
    except (OSError, ValueError) as problem:
        print(f"benchmarks.generate: {problem}", file=sys.stderr)
        return 2
    for defect in planted:
        print(f"{defect.path}: {defect.code}")
    print(f"{shape.total:,} instances, {count:,} files, {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
