"""Values as indented JSON, for reports of any length."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any


def indented(value: Any, **options: Any) -> str:
    """What `json.dumps` gives, with a line break at the end. It would hold every small piece of a long text at once."""
    stream = StringIO()
    json.dump(value, stream, **{"indent": 2, **options})
    stream.write("\n")
    return stream.getvalue()
