"""The `dev` script where it cannot go on: one clear line; and the locks, which must install anywhere."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "printf")
WITHOUT_VENV = """#!/bin/sh
case "$*" in
*ensurepip*) exit 1 ;;
*python%d*) echo python3.12-venv ;;
*) exit 0 ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with a fresh `dev`, and in bin/ the few programs that every machine has."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (tmp_path / "bin" / tool).symlink_to(found)
    shutil.copy(ROOT / "dev", tmp_path / "dev")
    program(tmp_path, "id", "#!/bin/sh\necho 1000\n")
    return tmp_path


def program(machine: Path, name: str, text: str) -> None:
    path = machine / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def run(machine: Path, *arguments: str, **env: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [machine / "dev", *arguments],
        env={"PATH": str(machine / "bin"), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def test_help_needs_nothing(machine: Path) -> None:
    status, lines = run(machine, "help")
    assert status == 0
    assert any(line.startswith("./dev up ") for line in lines)


def test_a_wrong_command_is_refused(machine: Path) -> None:
    status, lines = run(machine, "dance")
    assert status == 1
    assert lines[-1] == "./dev: there is no command `dance`"


def test_no_python_is_told(machine: Path) -> None:
    status, lines = run(machine, "up")
    assert (status, len(lines)) == (1, 1)
    assert "Python 3.11 or newer is needed" in lines[0]


def test_an_old_python_is_none(machine: Path) -> None:
    program(machine, "python3", "#!/bin/sh\nexit 1\n")
    status, lines = run(machine, "up")
    assert (status, len(lines)) == (1, 1)
    assert "Python 3.11 or newer is needed" in lines[0]


def test_without_root_a_missing_venv_module_is_told(machine: Path) -> None:
    program(machine, "python3", WITHOUT_VENV)
    status, lines = run(machine, "up")
    assert (status, len(lines)) == (1, 1)
    assert "sudo apt-get install python3.12-venv" in lines[0]


def test_root_installs_a_missing_venv_module_and_says_so(machine: Path) -> None:
    program(machine, "python3", WITHOUT_VENV)
    program(machine, "id", "#!/bin/sh\necho 0\n")
    program(machine, "apt-get", '#!/bin/sh\necho "apt-get $*"\nexit 1\n')
    status, lines = run(machine, "up")
    assert status == 1
    assert lines[0].startswith("./dev: installing python3.12-venv with apt-get")
    assert lines[-1] == "./dev: apt-get could not install python3.12-venv"


def test_modules_are_compiled_once_and_not_into_the_tree(machine: Path) -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        (machine / name).touch()
    (machine / ".venv/bin").mkdir(parents=True)
    said = '"[${PYTHONDONTWRITEBYTECODE-}] $PYTHONPYCACHEPREFIX"'
    program(machine, "../.venv/bin/python", f'#!/bin/sh\ncase "$*" in *config.embedded*) echo {said} ;; esac\n')
    status, lines = run(machine, "manage", "check", PYTHONDONTWRITEBYTECODE="1")
    assert (status, lines[-1]) == (0, f"[] {machine}/.venv/pycache")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock", "requirements-bench.lock"])
def test_a_lock_names_no_place(lock: str) -> None:
    for line in (ROOT / lock).read_text().splitlines():
        assert not re.search(r"://|(^|\s)/|\s@\s|--(index|extra|find|trusted)", line), line


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock", "requirements-bench.lock"])
def test_everything_in_a_lock_has_a_hash(lock: str) -> None:
    entries = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", (ROOT / lock).read_text(), re.MULTILINE | re.DOTALL)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_ci_calls_what_a_developer_calls() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-1] == "exec ./dev test"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
