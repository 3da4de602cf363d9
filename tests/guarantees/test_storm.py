"""A short storm: `./dev guarantees` with few clients and many faults. The hour-long one is run by hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT

SEED = 20
SECONDS = 35
EVERY_S = 1.6


@pytest.mark.timeout(300)
def test_nothing_is_lost_doubled_or_mixed_up_in_a_storm(tmp_path: Path) -> None:
    report = tmp_path / "storm.json"
    command = [
        *(sys.executable, "-m", "tests.guarantees", "--rounds", "1", "--seed", str(SEED)),
        *("--minutes", str(SECONDS / 60), "--every", str(EVERY_S), "--tenants", "2", "--visitors", "3"),
        *("--json", str(report)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    total = json.loads(report.read_text())["storm"]
    assert total["faults"] >= SECONDS / EVERY_S / 2
    assert total["kills"] >= 3
    assert total["acks"] >= 100
    assert total["resends"] > 0, "no fault was noticed by anybody"
    assert total["unknown_at_the_end"] == 0
    assert total["lost"] == total["duplicated"] == total["reordered"] == 0
