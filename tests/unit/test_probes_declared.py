"""Probes as they are written: what is refused before anything is tried, and how they are told."""

import re

import pytest

from ops.errors import SettingsError
from ops.findings import Dimension, Finding, Outcome, Report, Result, Verdict
from ops.probes import Behaviour, Tried
from ops.probes.declared import Refusal, read
from ops.probes.observed import parts
from ops.report import probes as report
from tests.project import ROOT
from tests.verdicts import PLACE

FINE = "-- Something works.\n\nselect 1;\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "probes").mkdir()
    return tmp_path / "probes"


@pytest.fixture
def one(folder):
    """`one(text)`: that text as the only probe."""

    def write(text, name="010-works.sql"):
        (folder / name).write_text(text, "utf-8")
        (probe,) = read(folder)
        return probe

    return write


def test_without_a_folder_there_is_no_probe(tmp_path):
    assert read(tmp_path / "probes") == ()


def test_probes_come_in_the_order_of_their_numbers(folder):
    for name in ("020-b.sql", "010-c.sql", "030-a.sql", ".hidden"):
        (folder / name).write_text(FINE, "utf-8")

    assert [probe.name for probe in read(folder)] == ["010-c", "020-b", "030-a"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("-- One line.\nselect 1", "One line."),
        ("--One that goes on\n--  in a second.\n\n-- Not this.\nselect 1", "One that goes on in a second."),
        ("-- Ends here.\n-- expect error: 22012\nselect 1/0", "Ends here."),
        ("\ufeff-- With a mark.\r\nselect 1", "With a mark."),
    ],
)  # fmt: skip
def test_the_sentence_is_the_comment_at_the_top(one, text, sentence):
    assert one(text).sentence == sentence


WRONG = {
    "": (1, "does not say what it tries"),
    "select 1": (1, "does not say what it tries"),
    "\n-- Too late.\nselect 1": (1, "does not say what it tries"),
    "-- Nothing.\n-- select 1;\n": (1, "holds no statement"),
    "-- A.\nselect 1;\nCOMMIT;": (3, "COMMIT would end the transaction that is rolled back"),
    "-- A.\nselect 1;\nrollback": (3, "ROLLBACK would end the transaction that is rolled back"),
    "-- A.\nbegin;\nselect 1": (2, "BEGIN would end the transaction that is rolled back"),
    "-- A.\nprepare transaction 'x'": (
        2,
        "PREPARE would end the transaction that is rolled back",
    ),
    "-- A.\ncopy t to '/srv/t'": (2, "COPY reaches out of the transaction"),
    "-- A.\nselect 1;\ncopy t from stdin": (3, "COPY reaches out of the transaction"),
    "-- A.\nselect 'a": (2, "a quote or comment begins here and never ends"),
    "-- A.\nselect 1;\0": (2, "a zero byte ends the text there"),
    f'-- A.\nselect true as "{"ä" * 32}"': (2, "PostgreSQL would cut this name after 63 bytes"),
    "-- A.\n-- expect eror: 23514\nselect 1": (2, "is no directive that is known"),
    "-- A.\n-- expect error\nselect 1": (2, "is no directive that is known"),
    "-- A.\n-- expect error: 2351\nselect 1": (2, "is no directive that is known"),
    "-- A.\nselect 1;\n-- expect error: 23514": (3, "no statement begins after this line"),
    "-- A.\nselect\n-- expect error: 23514\n1": (3, "no statement begins after this line"),
    "-- A.\n-- expect error: 23514\n-- expect error: 23505\nselect 1": (
        2,
        "no statement begins after this line",
    ),
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_tried_as_it_is_is_refused_with_its_line(one, text):
    line, message = WRONG[text]

    with pytest.raises(SettingsError) as error:
        one(text)

    assert str(error.value) == f"probes/010-works.sql:{line}: {message}"
    assert error.value.hint


@pytest.mark.parametrize("name", ["works.sql", "010-works.SQL", "010-works.py", "010 works.sql"])
def test_a_file_that_is_not_called_like_a_probe_is_not_passed_over(one, name):
    with pytest.raises(SettingsError) as error:
        one(FINE, name)

    assert str(error.value) == f"probes/{name} is not called like a probe"
    assert error.value.hint == "call it probes/010-what-works.sql, or put it elsewhere"


def test_a_file_that_is_not_utf_8_is_named(folder):
    (folder / "010-works.sql").write_bytes(b"-- \xe4\nselect 1")

    with pytest.raises(SettingsError, match=r"probes/010-works.sql is not UTF-8 text"):
        read(folder)


def test_what_may_end_a_savepoint_or_stands_in_quotes_is_left_alone(one):
    one("-- A.\nsavepoint a; rollback to a; select 'commit', $$ -- expect nothing\n commit; $$")


def test_a_refusal_begins_a_new_message_and_nothing_changes_its_place(one):
    text = (
        "-- A.\nselect 1;\n-- expect error: 22012 division\nselect 1/0;\nselect 2;\n"
        "-- expect error: 23505\nselect 3;"
    )
    probe = one(text)
    first, second, last = (part.message for part in parts(probe))

    assert probe.refusals == (Refusal(2, "22012", "division"), Refusal(5, "23505", ""))
    assert first.endswith("select 1;\nsavepoint refusal;             \nselect 1/0;\n")
    assert second.startswith("rollback to savepoint refusal;\nselect 2;\nsavepoint refusal;")
    assert second.endswith("\nselect 3;")
    assert last.startswith("rollback to savepoint refusal;\n\n;\nset constraints all immediate;")
    assert len(probe.file.text) == len(text)
    assert probe.file.text.index("select 3") == text.index("select 3")


def told(*tried, results=()):
    verdict = Verdict("probe", PLACE, Report(results, ("what functions do",)), 1)
    return report.render(verdict, Behaviour(tried, (), ())).partition("\n\n")[2]


def test_each_probe_has_a_line_and_what_failed_its_place_beneath(one, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    probe = one("-- Something works that takes a sentence which is longer than a line can be.\n"
                "select 1;\n")  # fmt: skip
    bad = Result(
        "data.references",
        Dimension.DATA,
        Outcome.FAILED,
        (Finding("constraint public.t.k", "1 row refers to nothing in public.u", "delete them"),),
    )

    assert told(
        Tried(probe, Outcome.PASSED),
        Tried(probe, Outcome.FAILED, "not true: it works", ":2:8", "PL/pgSQL function f() line 3"),
        Tried(probe, Outcome.BROKEN, "permission denied (try again)"),
        results=(bad,),
    ) == (
        """\
ok       Something works that takes a sentence which is longer than a line can
         be.
failed   Something works that takes a sentence which is longer than a line can
         be.
         probes/010-works.sql:2:8: not true: it works
             2 | select 1;
         PL/pgSQL function f() line 3
untried  Something works that takes a sentence which is longer than a line can
         be.
         probes/010-works.sql: permission denied (try again)
failed   0 foreign keys: no row refers to nothing
         constraint public.t.k: 1 row refers to nothing in public.u
-> delete them

not looked at: what functions do"""
    )


def test_the_example_of_the_reference_is_a_probe(one):
    page = (ROOT / "docs/reference.md").read_text("utf-8")
    section = page.partition("\n## Probes\n")[2].partition("\n## ")[0]
    (text,) = re.findall(r"^```sql\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)

    probe = one(text)

    assert probe.sentence == "A customer has room for its files, and never uses less than nothing."
    assert [str(refusal) for refusal in probe.refusals] == ["23514 customers_storage_used_check"]
