"""What a replay tells: figures for people, the same for programs, and the exit status."""

from dataclasses import dataclass
from typing import Any, Final

from config.embedded.replay.dialogues import Library
from config.embedded.replay.findings import KINDS, Findings
from config.embedded.replay.progress import clock
from config.embedded.replay.tally import Tally, percentile

DETAILS: Final = 5
PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}
NO_DATABASE: Final = "the tables were not looked at: set DATABASE_URL to the server's database to have them checked too"


@dataclass(frozen=True, slots=True)
class Report:
    """One run's. `speed` is None where nobody waited; `with_tables`: the database was read too."""

    library: Library
    tally: Tally
    findings: Findings
    tenants: int
    concurrency: int
    speed: float | None
    with_tables: bool
    check_seconds: float

    @property
    def status(self) -> int:
        """The exit status."""
        return 0 if self.findings.is_clean else 1

    def as_json(self) -> dict[str, Any]:
        """Answer everything in plain types; times in seconds or, where so named, milliseconds."""
        tally = self.tally
        return {
            "dialogues": len(self.library.dialogues),
            "messages": self.library.messages,
            "left_out": dict(self.library.left_out),
            "tenants": self.tenants,
            "concurrency": self.concurrency,
            "speed": self.speed or "max",
            "acked": tally.messages,
            "notes": tally.notes,
            "duration_s": round(tally.seconds, 3),
            "acked_per_s": round(tally.messages / tally.seconds, 1) if tally.seconds else 0.0,
            "ack_latency_ms": self._latencies(),
            "resends": tally.resends,
            "reconnects": tally.reconnects,
            "check_duration_s": round(self.check_seconds, 3),
            "checked": ["live", "second connection", *(["database"] if self.with_tables else [])],
            **{str(kind): count for kind, count in self.findings.counts().items()},
            "details": self.findings.details(most=DETAILS),
        }

    def as_text(self) -> str:
        """Answer a table."""
        rows = [*self._figures(), ("", ""), *self._judgement()]
        width = max(len(name) for name, _ in rows)
        lines = [f"  {name:<{width}}  {value}".rstrip() for name, value in rows]
        lines += [f"  ! {detail}" for detail in self.findings.details(most=DETAILS)]
        verdict = "everything is where it belongs" if self.findings.is_clean else "SOMETHING IS WRONG, see above"
        return "\n".join(["", *lines, "", f"  {verdict}", ""])

    def _latencies(self) -> dict[str, float]:
        values = sorted(self.tally.latencies)
        return {name: round(percentile(values=values, share=share) * 1000, 1) for name, share in PERCENTILES.items()}

    def _figures(self) -> list[tuple[str, str]]:
        said = self.as_json()
        latency = "  ".join(f"{name} {value:g} ms" for name, value in said["ack_latency_ms"].items())
        speed = "without waiting" if self.speed is None else f"{self.speed:g} times as fast as recorded"
        left_out = [(f"left out: {reason}", f"{count:,}") for reason, count in self.library.left_out.items()]
        return [
            ("dialogues", f"{said['dialogues']:,} in {self.tenants:,} tenants, {self.concurrency} at once, {speed}"),
            ("messages", f"{said['messages']:,}, acked {said['acked']:,}, and {said['notes']:,} internal notes"),
            *left_out,
            ("duration", f"{clock(seconds=self.tally.seconds)} ({said['acked_per_s']:,.0f} acked messages/s)"),
            ("time to ack", latency),
            ("lost connections", f"{said['reconnects']:,}, messages sent again {said['resends']:,}"),
            ("checked", f"{', '.join(said['checked'])} ({clock(seconds=self.check_seconds)})"),
            *([] if self.with_tables else [("", NO_DATABASE)]),
        ]

    def _judgement(self) -> list[tuple[str, str]]:
        return [(kind, f"{count:<6,} {KINDS[kind]}") for kind, count in self.findings.counts().items()]
