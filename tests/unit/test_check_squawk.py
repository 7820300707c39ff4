import sys
from pathlib import Path

import pytest

from ops.check import squawk
from ops.migrate.declared import MigrationFile

RISKY = """\
-- a comment
create table made (id int primary key, code char(3), name varchar(9));
create index made_idx on made (code);
alter table used drop column tier;
create index used_idx on used (code);
"""


@pytest.fixture
def judged(tmp_path):
    def judged(text):
        path = tmp_path / "migrations/0005.x.sql"
        path.parent.mkdir()
        path.write_text(text)
        return list(squawk.judge(tmp_path, [MigrationFile("0005.x", path, text)]))

    return judged


@pytest.mark.skipif(
    not (Path(sys.executable).parent / "squawk").exists(), reason="squawk is not installed"
)
def test_what_may_break_a_running_application_is_a_warning(judged):
    found = judged(RISKY)

    assert [
        (f.severity, f.message.split(": ")[0], f.message.rpartition(" ")[2]) for f in found
    ] == [
        ("warning", "migrations/0005.x.sql:4", "(ban-drop-column)"),
        ("warning", "migrations/0005.x.sql:5", "(require-concurrent-index-creation)"),
    ]
    assert all(f.hint for f in found)


def test_without_squawk_it_is_said_and_not_passed(judged, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = judged(RISKY)

    assert found.message == "locks and old clients were not thought of: squawk is not installed"
    assert (found.severity, found.hint) == ("warning", "pip install -r requirements-dev.txt")


def test_a_squawk_that_fails_is_not_a_pass(judged, monkeypatch, tmp_path):
    program = tmp_path / "squawk"
    program.write_text("#!/bin/sh\necho 'error: unknown rule' >&2\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (found,) = judged(RISKY)

    assert found.message.endswith("squawk failed: error: unknown rule")
