"""Key routes on the command line: `ibm_mas_suite_configs[1].mas_config_chart`, with quotes around awkward keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from masgitops_lint.model.late_pattern import late_pattern

if TYPE_CHECKING:
    from masgitops_lint.model.place import Keys

_STEP = late_pattern(r"\[(?P<index>\d+)\]|\.?(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^.\[\]\"]+))")


def parse_keys(text: str) -> Keys:
    """The route that a text spells. Raises ValueError."""
    keys: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or match.end() == position:
            raise ValueError(f"{text!r} is no key: write it as block.list[0].key")
        if match["index"] is not None:
            keys.append(int(match["index"]))
        else:
            keys.append(match["quoted"] if match["quoted"] is not None else match["plain"])
        position = match.end()
    if not keys:
        raise ValueError("a key is missing: write it as block.list[0].key")
    return tuple(keys)
