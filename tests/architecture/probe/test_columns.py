"""The mirror is whole: each column that can hold text holds the company's mark, or says why it cannot."""

from tests.architecture.probe.classes import Id
from tests.architecture.probe.conftest import Pair, make_pair
from tests.architecture.probe.mirror.columns import WITHOUT, find_columns, find_unmarked
from tests.architecture.probe.mirror.ids import NEVER


def test_every_text_has_its_mark(database: str) -> None:
    fresh = make_pair()  # of which nobody has deleted anything
    for company in (fresh.ours, fresh.theirs):
        unmarked = {
            name
            for schema in (company.tenant.schema, "public")
            for name in find_unmarked(schema=schema, mark=company.mark)
        }
        news = sorted(unmarked - set(WITHOUT))
        assert not news, (
            f"fill these in tests/architecture/probe/mirror/company.py, or say why not in columns.py: {news}"
        )
        marked = sorted(set(WITHOUT) - unmarked)
        assert not marked, f"these hold a mark: take them out of WITHOUT in columns.py: {marked}"


def test_what_needs_no_mark_is_there(pair: Pair) -> None:
    own = {f"{table}.{column}" for table, column in find_columns(schema=pair.ours.tenant.schema)}
    public = {f"public.{table}.{column}" for table, column in find_columns(schema="public")}
    assert set(WITHOUT) <= own | public


def test_every_kind_of_id_can_be_tried(pair: Pair) -> None:
    kinds = set(Id) - {Id.PLAIN, Id.CURSOR}
    assert not kinds - set(NEVER), "make one that never was in tests/architecture/probe/mirror/ids.py"
    assert not kinds - set(pair.theirs.own), "give each company one in tests/architecture/probe/mirror/company.py"
