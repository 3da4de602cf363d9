"""What is refused before anything is started, each in one line that says what to do."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo, sql

from config.embedded.doorstep import check_database, check_port
from config.embedded.folder import DataFolder
from config.embedded.lodging import temporary_folder
from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres

NOBODY = 65534


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    with temporary_folder() as folder, EmbeddedPostgres(data_dir=folder) as started:
        yield started


@contextmanager
def listening() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@contextmanager
def without_root() -> Iterator[None]:
    """Lose root's right to write everywhere, for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def one_line(caught: pytest.ExceptionInfo[Obstacle]) -> str:
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_free_port_is_fine() -> None:
    with listening() as port:
        pass
    check_port(port=port)


def test_a_taken_port_is_refused() -> None:
    with listening() as port, pytest.raises(Obstacle) as caught:
        check_port(port=port)
    assert one_line(caught) == f"port {port} is taken: ./dev up --port {port + 1}"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    tmp_path.chmod(0o755)
    with without_root(), pytest.raises(Obstacle) as caught:
        DataFolder(path=tmp_path / "closed/data").open()
    assert "choose another with --data DIR" in one_line(caught)


def test_a_file_in_the_way_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Obstacle, match="choose another with --data DIR"):
        DataFolder(path=tmp_path / "file/data").open()


def test_a_folder_is_opened_once(tmp_path: Path) -> None:
    first = DataFolder(path=tmp_path)
    assert not first.is_open()
    first.open()
    assert first.is_open()
    with pytest.raises(Obstacle, match="running already"):
        DataFolder(path=tmp_path).open()
    first.close()
    second = DataFolder(path=tmp_path)
    second.open()
    second.close()


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = DataFolder(path=tmp_path)
    key = folder.secret_key()
    assert len(key) >= 50
    assert folder.secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_database_that_fits_is_fine(postgres: EmbeddedPostgres) -> None:
    check_database(url=postgres.dsn)


def test_a_database_that_is_not_there_is_refused() -> None:
    with listening() as port:
        pass
    with pytest.raises(Obstacle) as caught:
        check_database(url=f"postgresql://yunke@127.0.0.1:{port}/yunke")
    assert "correct DATABASE_URL" in one_line(caught)


def test_a_wrong_sign_in_is_refused(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(Obstacle) as caught:
        check_database(url=postgres.dsn.replace("yunke@", "stranger:hidden@", 1))
    assert "authentication failed" in one_line(caught)
    assert "hidden" not in str(caught.value)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Obstacle) as caught:
        check_database(url="mysql://localhost/x")
    assert "correct DATABASE_URL" in one_line(caught)


@pytest.mark.parametrize(("rights", "says"), [("login", "CREATEROLE"), ("login createrole", "owner")])
def test_a_role_that_may_not_do_what_it_must_is_refused(postgres: EmbeddedPostgres, rights: str, says: str) -> None:
    with psycopg.connect(postgres.admin_dsn, autocommit=True) as connection:
        connection.execute("drop role if exists poor")
        connection.execute(sql.SQL("create role poor {}").format(sql.SQL(rights)))
    # The embedded server lets only its own roles in: act as the poor role from the start of the session.
    url = conninfo.make_conninfo(postgres.admin_dsn, dbname="yunke", options="-c role=poor")
    with pytest.raises(Obstacle) as caught:
        check_database(url=url)
    assert says in one_line(caught)
