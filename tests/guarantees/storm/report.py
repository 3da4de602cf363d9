"""What a command tells about its storms: all rounds together, each round, and what was found."""

from typing import Any, Final

SUMS: Final = (
    *("faults", "kills", "operations", "acks", "resends", "unknown_at_the_end", "reconnects", "events_heard"),
    *("lost", "duplicated", "reordered"),
)
WORST: Final = ("healed_s", "ack_p99_ms")


def add_up(*, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Answer the rounds with their sums and worst figures in front."""
    findings: dict[str, int] = {}
    for one in rounds:
        for kind, count in one["findings"].items():
            findings[kind] = findings.get(kind, 0) + count
    return {
        "seeds": [one["seed"] for one in rounds],
        "minutes": round(sum(one["seconds"] for one in rounds) / 60, 1),
        **{name: sum(one[name] for one in rounds) for name in SUMS},
        **{name: max(one[name] for one in rounds) for name in WORST},
        "memory_mb": max(max(one["memory_mb"].values()) for one in rounds),
        "kept": not findings,
        "findings": findings,
        "rounds": rounds,
    }


def as_text(*, total: dict[str, Any]) -> str:
    """Answer a table for people."""
    shown = {name: value for name, value in total.items() if name not in {"rounds", "findings", "kept"}}
    lines = [f"  {name.replace('_', ' '):<20} {_show(value)}" for name, value in shown.items()]
    for one in total["rounds"]:
        lines += [f"  not done here: {kind}, {reason}" for kind, reason in one["not_possible_here"].items()]
        lines += [f"  ! seed {one['seed']}: {detail}" for detail in one["details"]]
    verdict = f"SOMETHING IS WRONG: {total['findings']}" if total["findings"] else "every promise was kept"
    return "\n".join(["", *lines, "", f"  {verdict}", ""])


def _show(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else ", ".join(str(part) for part in value)
