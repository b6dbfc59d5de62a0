"""Read and parse a directory's YAML files with PyYAML's C parser, and do nothing else: what everything is held against.

`python benchmarks/floor.py compose DIR` makes nodes with positions, `load` plain values as `yaml.safe_load` would.
"""

from __future__ import annotations

import os
import sys

import yaml


def main(how: str, directory: str) -> int:
    """Parse one file after the other; nothing is kept."""
    for parent, _, names in os.walk(directory):
        for name in names:
            if name.endswith((".yaml", ".yml")):
                with open(os.path.join(parent, name), "rb") as stream:
                    data = stream.read()
                if how == "compose":
                    yaml.compose(data, Loader=yaml.CSafeLoader)
                else:
                    yaml.load(data, Loader=yaml.CSafeLoader)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
