"""Names of roles and schemas: unique to their database, never longer than PostgreSQL takes."""

from config.settings.database import database_settings
from tenants.database.names import LONGEST_NAME, name_for, new_schema_name


def test_short_names_are_readable() -> None:
    assert name_for(database="yunke", suffix="template") == "yunke_template"


def test_long_names_are_cut_and_stay_unique() -> None:
    names = {name_for(database="数" * 40 + tail, suffix="template") for tail in "ab"}
    assert len(names) == 2
    assert all(len(name.encode()) <= LONGEST_NAME and name.endswith("_template") for name in names)


def test_a_name_that_postgresql_keeps_for_itself_is_avoided() -> None:
    assert name_for(database="pg_x", suffix="writer") == "yunke_pg_x_writer"


def test_schema_names_are_random() -> None:
    names = {new_schema_name() for _ in range(100)}
    assert len(names) == 100
    assert all(len(name) == 22 and name.startswith("t_") for name in names)


def test_any_libpq_address_is_read() -> None:
    url = "postgresql://ada:p%40ss@/shop?host=/run/pg&port=5433&sslmode=require&options=-c%20jit%3Doff"
    read = database_settings(url=url, pool_size=3)
    database = read["DATABASES"]["default"]
    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("shop", "ada", "p@ss")
    assert (database["HOST"], database["PORT"]) == ("/run/pg", "5433")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["options"].startswith("-c jit=off -c TimeZone=UTC ")
    assert read["YUNKE_WRITER_ROLE"] == "shop_writer"
