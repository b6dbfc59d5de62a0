"""What a caller may say about how a report is written."""

from __future__ import annotations

from typing import Literal, NamedTuple


class RenderOptions(NamedTuple):
    """Choices that hold for one rendering.

    `path_prefix` is put before every path ("" or a posix path ending in "/"): a report made for `config/` inside a
    git repository needs paths that its readers (annotations, code scanning, a terminal's click) can open. The JSON
    formats do not use it: their paths are relative to the linted root. `fail_on` is the severity from which the run
    fails: JUnit calls exactly those findings failures. `max_names` limits how many Applications are named,
    `max_rows` how many findings the Markdown table holds. `suppressed` lists silenced findings or leaves them out;
    None is the format's habit: SARIF and JSON list them, the others only count them. `jobs` is the number of processes
    that may share the work of a long report, 0 for one a processor.
    """

    color: bool = False
    path_prefix: str = ""
    fail_on: Literal["error", "warning", "note", "never"] = "error"
    suppressed: bool | None = None
    summary_only: bool = False
    max_names: int = 5
    max_rows: int = 50
    jobs: int = 1
