"""How the process ends: at once, and yet with all that it has to say."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=60)


def test_exit_code_output_and_handlers_are_kept_and_objects_are_not_freed() -> None:
    done = run("""
        import atexit, sys
        from masgitops_lint.cli.leaving import leaving_at_once

        class Large:
            def __del__(self):
                print("freed")

        with leaving_at_once():
            large = Large()
            atexit.register(print, "handler")
            sys.stdout.write("said ")
            sys.exit(3)
        """)
    assert (done.returncode, done.stdout, done.stderr) == (3, "said handler\n", "")


def test_an_exit_with_a_sentence_or_an_error_ends_the_ordinary_way() -> None:
    done = run("""
        import sys
        from masgitops_lint.cli.leaving import leaving_at_once

        with leaving_at_once():
            sys.exit("a sentence")
        """)
    assert (done.returncode, done.stderr) == (1, "a sentence\n")
    done = run("""
        from masgitops_lint.cli.leaving import leaving_at_once

        with leaving_at_once():
            raise ValueError("unforeseen")
        """)
    assert done.returncode == 1
    assert "ValueError: unforeseen" in done.stderr
