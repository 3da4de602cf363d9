"""The figures in docs/guarantees.md: a table made of what `./dev guarantees --json FILE` kept. No figure by hand."""

from typing import Any, Final

from tests.serving import ROOT

PAGE: Final = ROOT / "docs" / "guarantees.md"
BEGIN: Final = "<!-- figures: written by ./dev guarantees figures -->"
END: Final = "<!-- end of figures -->"
SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "storm": (
        *("seeds", "minutes", "faults", "kills", "acks", "resends", "events_heard", "healed_s", "memory_mb"),
        *("lost", "duplicated", "reordered"),
    ),
    "deaf": ("deaf", "events", "grown_mb", "closed_4008", "dropped", "others_p99_before_ms", "others_p99_during_ms"),
    "malformed": ("frames", "answers", "closed", "grown_mb", "unhandled", "crashed"),
    "overload": ("peak_per_s", "overload_per_s", "kept_share", "refused", "recovered_s"),
    "webhooks": (
        *("seed", "events", "partners", "disturbed", "workers_killed", "workers_stopped", "postgres_restarted"),
        *("missing", "counted_twice", "wrongly_signed", "sent_again_after_it_was_taken", "seconds"),
    ),
    "flood": ("flooders", "flood_per_s", "quiet_p99_before_ms", "quiet_p99_during_ms", "errors"),
}


def write_figures(*, page: str, said: dict[str, dict[str, Any]]) -> str:
    """Answer the page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{_table(said)}\n\n{END}{after}"


def _table(said: dict[str, dict[str, Any]]) -> str:
    rows = ["| `./dev guarantees ...` | kept | figures |", "|---|---|---|"]
    for what, names in SHOWN.items():
        report = said.get(what)
        if report is not None:
            figures = "; ".join(f"{name.replace('_', ' ')} {_show(report[name])}" for name in names if name in report)
            rows.append(f"| `{what}` | {'yes' if report['kept'] else '**no**'} | {figures} |")
    return "\n".join(rows)


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else ", ".join(map(str, value))
