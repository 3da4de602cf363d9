"""Search: what is found of real dialogues by half of a question's words, and how fast it is in a million messages.

A made-up message is the beginning of one real message and the end of another, so that words are as common as they are
when people speak, and as many stand together. Questions are real ones, of which half the words are left, in another
order; single words, phrases and filters besides.
"""

import http.client
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from psycopg import sql

from config.embedded.replay.dialogues import Dialogue, read_files
from conversations.access.commands import make_key
from conversations.engine.readers import Progress, run_readers
from conversations.engine.streams import new_subject
from conversations.searching.candidates import Filters
from conversations.searching.indexing import READER
from conversations.searching.queries import search
from conversations.terms.text import SPACELESS
from conversations.threads.models import ConversationRow
from tenants.context import TenantRef, tenant_context
from tenants.members.queries import get_members
from tenants.paging import Window
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.items.rest import UNLIMITED
from tests.benchmarks.plan import quantiles
from tests.serving import ROOT
from tests.shop import Shop

FOLDER: Final = ROOT.parent / "shared/data/dialogues"
FILES: Final = {"en": FOLDER / "star-en.jsonl.gz", "zh": FOLDER / "crosswoz-zh.jsonl.gz"}
MESSAGES: Final = 1_000_000
EACH: Final = 20  # messages of a conversation that is made up
ASKED: Final = 400  # questions of each language
SEEN: Final = 10  # how far down somebody looks
SPEED: Final = 600  # questions whose time is measured
COMMON: Final = ("the", "hello", "your account", "的", "您好", "推荐 酒店", "thank you very much", "请问")


def measure(bench: Bench) -> dict[str, object]:
    """Answer the quality on real dialogues, then size and speed with many more messages."""
    missing = [path.name for path in FILES.values() if not path.exists()]
    if missing:
        return {"skipped": "the recorded dialogues are not beside the repository"}
    rng = random.Random(1)
    real = {language: read_files(paths=[path]).dialogues for language, path in FILES.items()}
    company = _Company(bench.dsn, stage.open_tenant())
    bench.say("search: real dialogues")
    places = {language: company.write(_said(dialogues)) for language, dialogues in real.items()}
    company.index()
    found: dict[str, object] = {
        f"mrr_{language}": company.judge(list(_questions(real[language], places[language], rng))) for language in real
    }
    bench.note(item="search", found=found)
    count = MESSAGES // (20 if bench.quick else 1)
    bench.say(f"search: {count} messages")
    company.write(_make_up(real, count, rng))
    found["index"] = company.index()
    bench.note(item="search", found=found)
    with bench.server(environment=UNLIMITED) as server:
        found["speed"] = _time(company, server.port, _asked(real, rng))
    return found


def _said(dialogues: Sequence[Dialogue]) -> Iterator[list[str]]:
    return ([line.text for line in dialogue.lines] for dialogue in dialogues)


def _make_up(real: dict[str, list[Dialogue]], count: int, rng: random.Random) -> Iterator[list[str]]:
    texts = [[line.text for dialogue in dialogues for line in dialogue.lines] for dialogues in real.values()]
    for _ in range(count // EACH):
        among = rng.choice(texts)
        yield [_splice(rng.choice(among), rng.choice(among), rng) for _ in range(EACH)]


def _splice(one: str, other: str, rng: random.Random) -> str:
    middle = rng.random()
    first, second = _words(one), _words(other)
    joined = first[: int(len(first) * middle) + 1] + second[int(len(second) * middle) :]
    return ("" if SPACELESS.search(one) else " ").join(joined)


def _words(text: str) -> list[str]:
    """Answer the words of a text; of Chinese, pieces of two characters."""
    return [text[n : n + 2] for n in range(0, len(text), 2)] if SPACELESS.search(text) else text.split()


def _questions(dialogues: Sequence[Dialogue], places: Sequence[UUID], rng: random.Random) -> Iterator[tuple[str, UUID]]:
    """Answer what is asked, and the conversation that is looked for."""
    asked = [
        (line.text, place)
        for dialogue, place in zip(dialogues, places, strict=True)
        for line in dialogue.lines
        if line.side == "customer" and line.text.rstrip().endswith(("?", "？"))
    ]
    for text, place in rng.sample(asked, min(ASKED, len(asked))):
        yield _half(text, rng), place


def _half(text: str, rng: random.Random) -> str:
    words = _words(text.rstrip("?？"))
    return " ".join(rng.sample(words, max((len(words) + 1) // 2, 1)))


def _asked(real: dict[str, list[Dialogue]], rng: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Answer questions of several kinds, in turn."""
    texts = [
        line.text
        for dialogues in real.values()
        for d in dialogues[:: max(len(dialogues) // 400, 1)]
        for line in d.lines
    ]
    year = datetime.now(UTC) - timedelta(days=180)
    for n in range(SPEED):
        text = rng.choice(texts)
        words = _words(text)
        match n % 6:
            case 0 | 1:
                yield "half_a_message", {"q": _half(text, rng)[:400]}
            case 2:
                yield "a_common_word", {"q": COMMON[n // 6 % len(COMMON)]}
            case 3:
                together = ("" if SPACELESS.search(text) else " ").join(words[: rng.randint(2, 4)])
                yield "a_phrase", {"q": f'"{together}"'[:400]}
            case 4:
                yield "with_status", {"q": _half(text, rng)[:400], "status": rng.choice(["open", "resolved"])}
            case _:
                yield "before_half_a_year", {"q": _half(text, rng)[:400], "to": year.isoformat()}


@dataclass(frozen=True)
class _Company:
    dsn: str
    tenant: TenantRef

    def write(self, conversations: Iterator[list[str]]) -> list[UUID]:
        """Write conversations into the log, as no server would: in one go, over the last year; answer their ids."""
        like, made = self._like(), []
        table = sql.Identifier(self.tenant.schema)
        now = datetime.now(UTC)
        with psycopg.connect(self.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT position FROM public.heads WHERE schema = %s", [self.tenant.schema])
            (position,) = cursor.fetchone() or (0,)
            columns = "(stream, seq, position, kind, body, at)"
            with cursor.copy(sql.SQL("COPY {}.event " + columns + " FROM STDIN").format(table)) as copy:
                for texts in conversations:
                    made.append(new_subject())
                    for seq, text in enumerate(texts, start=1):
                        position += 1
                        body: dict[str, Any] = {
                            "author": "contact" if seq % 2 else "member",
                            "name": "Lei",
                            "text": text,
                            "files": [],
                        }
                        at = now - timedelta(days=365) + timedelta(seconds=position * 30)
                        copy.write_row((made[-1], seq, position, "message.posted.v1", json.dumps(body), min(at, now)))
            cursor.execute("UPDATE public.heads SET position = %s WHERE schema = %s", [position, self.tenant.schema])
        with tenant_context(self.tenant):
            rows = (
                ConversationRow(**{**like, "id": id_, "status": ("open", "resolved")[id_.int >> 1 & 1]}) for id_ in made
            )
            ConversationRow.objects.bulk_create(rows, batch_size=2000)
        return made

    def _like(self) -> dict[str, Any]:
        guest = Shop(tenant=self.tenant).welcome(text="hello")
        with tenant_context(self.tenant):
            row = ConversationRow.objects.get(id=guest.conversation)
        return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

    def index(self) -> dict[str, object]:
        """Let the reader read to the end; answer its rate, and how large the index is."""
        began, before = time.perf_counter(), self._count()
        with tenant_context(self.tenant):
            while run_readers(readers=[READER], now=datetime.now(UTC)) is Progress.MORE:
                pass
        took, read = time.perf_counter() - began, self._count() - before
        with psycopg.connect(self.dsn, autocommit=True) as connection:  # as autovacuum does it by itself
            began = time.perf_counter()
            connection.execute(sql.SQL("ANALYZE {}.search_entry").format(sql.Identifier(self.tenant.schema)))
            analyze_s = time.perf_counter() - began
        return {
            "texts_per_s": round(read / took),
            "analyze_s": round(analyze_s, 1),
            "texts": self._count(),
            **self._sizes(),
        }

    def _count(self) -> int:
        return int(self._one("SELECT count(*) FROM {}.search_entry"))

    def _sizes(self) -> dict[str, float]:
        asked = {
            "rows_mb": "SELECT pg_table_size('{}.search_entry'::regclass)",
            "terms_mb": "SELECT pg_relation_size('{}.search_entry_terms'::regclass)",
            "all_mb": "SELECT pg_total_relation_size('{}.search_entry'::regclass)",
            "log_mb": "SELECT pg_total_relation_size('{}.event'::regclass)",
        }
        return {name: round(int(self._one(text)) / 1e6, 1) for name, text in asked.items()}

    def _one(self, text: str) -> Any:
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(text.format(self.tenant.schema).encode()).fetchone()
        return row[0] if row else 0

    def judge(self, questions: Sequence[tuple[str, UUID]]) -> dict[str, object]:
        """Answer the mean of one by the place where what is looked for is found; 0 where it is not among ten."""
        places = [self._place(text, wanted) for text, wanted in questions]
        first = sum(place == 1 for place in places)
        return {
            "questions": len(questions),
            "mrr": round(sum(1 / place for place in places if place) / len(places), 3),
            "first": round(first / len(places), 3),
            "among_ten": round(sum(place > 0 for place in places) / len(places), 3),
        }

    def _place(self, text: str, wanted: UUID) -> int:
        with tenant_context(self.tenant):
            types: Any = frozenset({"conversation"})
            rows = search(text=text, types=types, filters=Filters(), window=Window("", SEEN)).page.rows
        return next((n for n, hit in enumerate(rows, start=1) if hit.id == wanted), 0)

    def key(self) -> str:
        """Answer a program's key that may see all."""
        owner = next(member for member in get_members(tenant=self.tenant) if member.may("keys.manage"))
        scopes = ["conversations.view", "tickets.view", "notes:read", "personal:read"]
        said: dict[str, Any] = {"name": "search", "networks": [], "expires_at": None}
        with tenant_context(self.tenant):
            return make_key(**said, scopes=scopes, by=owner, now=datetime.now(UTC))[1]


def _time(company: _Company, port: int, asked: Iterator[tuple[str, dict[str, str]]]) -> dict[str, object]:
    """Ask one after the other over REST; answer milliseconds by kind of question and of all, and what was capped."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": f"{company.tenant.slug}.localhost", "Authorization": f"Bearer {company.key()}"}
    took: dict[str, list[float]] = {}
    capped, slowest = 0, (0.0, "")
    for n, (kind, query) in enumerate(asked):
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/search?{urlencode({**query, 'limit': '20'})}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == http.client.UNPROCESSABLE_ENTITY:  # half of a message may hold no word
            continue
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        ms = (time.perf_counter() - began) * 1000
        if n >= 12:  # the server has made its connections
            took.setdefault(kind, []).append(ms)
            slowest = max(slowest, (round(ms, 1), json.dumps(query, ensure_ascii=False)))
            capped += json.loads(body)["capped"]
    everything = [ms for each in took.values() for ms in each]
    return {
        "asked": len(everything),
        "all_ms": _with_p95(everything),
        **{f"{kind}_ms": _with_p95(each) for kind, each in took.items()},
        "capped_share": round(capped / len(everything), 3),
        "slowest": slowest,
    }


def _with_p95(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {**quantiles(values), "p95": round(ordered[int((len(ordered) - 1) * 0.95)], 3)}
