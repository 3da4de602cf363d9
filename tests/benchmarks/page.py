"""docs/performance.md out of what a run found."""

from pathlib import Path
from typing import Any


def write_page(*, found: dict[str, Any], path: Path) -> None:
    """Write the page anew."""
    path.write_text(str(found))
