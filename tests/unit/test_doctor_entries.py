"""Symptoms: found by the words of whoever meets them, and every command is one that exists."""

import ast
import re
from pathlib import Path

import pytest

import tasks
from ops.doctor.entries import ENTRIES
from ops.doctor.likeness import like
from ops.doctor.shared import Entry
from ops.verbs.place import is_worded

SOURCES = sorted((Path(__file__).parents[2] / "ops/doctor").glob("*.py"))
NAMES = {
    *tasks.namespace.task_names,
    *(alias for aliases in tasks.namespace.task_names.values() for alias in aliases),
}


def untypable(text):
    """The commands in a text that name no task, or no option of it."""
    wrong = []
    for name, options in re.findall(
        r"invoke ([a-z][\w.]*)((?: --[\w-]+(?: [^-\s,;`)]+)?)*)", " ".join(text.split())
    ):
        task = name.rstrip(".")
        known = options_of(task) if task in NAMES else set()
        if task not in NAMES or not set(re.findall(r"--[\w-]+", options)) <= known:
            wrong.append(f"invoke {name}{options}")
    return wrong


def options_of(task):
    arguments = tasks.namespace[task].get_arguments()
    return {f"--{argument.name.replace('_', '-')}" for argument in arguments}


def test_a_command_that_is_none_would_be_noticed():
    assert untypable("type invoke sink, or: invoke sync --alow x") == [
        "invoke sink",
        "invoke sync --alow x",
    ]
    assert untypable("invoke sync --allow new-server, invoke migrate.baseline --until 0001") == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_command_that_the_doctor_knows_is_a_task_with_these_options(path):
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert [wrong for text in texts for wrong in untypable(text)] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_a_sentence_of_one_line_with_causes(entry):
    assert len(entry.symptom) <= 80
    assert entry.causes
    assert untypable(entry.unseen) == []


def test_no_two_entries_are_called_alike():
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_found_by_its_own_sentence(entry):
    assert like(entry.symptom)[0] == entry


@pytest.mark.parametrize(
    ("symptom", "id"),
    [
        ("role dropdown is empty", "empty-list"),
        ("no roles in the drop-down", "empty-list"),
        ("the invitation e-mail is not sent", "no-mail"),
        ("emails stuck in processing", "no-mail"),
        ("535 login refused smtp", "no-mail"),
        ("links go to localhost", "bad-links"),
        ("duplicate templates", "doubled"),
        ("cannot create a user", "create-fails"),
        ("attachment upload refused", "write-refused"),
        ('relation "orders" does not exist', "does-not-exist"),
        ("column orders.total does not exist", "does-not-exist"),
        ("relation orders already exists", "already-exists"),
        ("permission denied for schema public", "permission-denied"),
        ("permision denyed", "permission-denied"),  # slips of the keyboard
        ("FATAL: sorry, too many clients already", "no-slots"),
        ("connection refused", "no-connection"),
        ("stale client", "stale-client"),
        ("somebody else is migrating", "deploy-waits"),
        ("deploy blocked by a failed migration", "deploy-blocked"),
        ("database older than the code", "restored"),
        ("wrong database", "wrong-database"),
        ("cannot execute INSERT in a read-only transaction", "read-only"),
        ("demo customers in production", "demo-data"),
        ("missing environment variable", "variables"),
        ("database is ahead", "rolled-back"),
        ("pooler", "deploy-waits"),
        ("yesterday's data is back, everything from today vanished", "restored"),
        ("prisma migrate and the sql files fight", "two-tools"),
        ("are there pending migrations nobody noticed", "not-synced"),
        ("the deploy did not run any migrations", "not-synced"),
        ("the service started although the migration failed", "not-synced"),
        ("foreign key constraint cannot be implemented incompatible types", "deploy-blocked"),
        ("somebody changed an old migration", "deploy-blocked"),
        ("somebody changed the database in the console", "otherwise"),
        ("there is a table in prod that nobody knows", "otherwise"),
        ("amounts are rounded", "write-refused"),
        ("malformed array literal when saving a role", "write-refused"),
        ("customers get every mail twice", "mail-twice"),
        ("the newsletter from this morning still has not gone out", "no-mail"),
        ("smtp password is set but the app says it is not", "variables"),
        ("fake payments are on in prod", "variables"),
    ],
)
def test_a_symptom_is_found_by_its_words(symptom, id):
    assert like(symptom)[0].id == id


def test_a_rare_word_says_more_than_two_common_ones():
    common = [Entry(id, "table column", "", ()) for id in ("one", "two", "three")]
    rare = Entry("rare", "zebra", "", ())

    assert like("a zebra in a table column", [*common, rare])[0] == rare


def test_at_most_three_are_like_a_symptom():
    assert len(like("table column role template mail missing deploy")) == 3


@pytest.mark.parametrize("symptom", ["", "xyzzy plugh", "it is the"])
def test_what_is_like_nothing_finds_nothing(symptom):
    assert like(symptom) == []


@pytest.mark.parametrize(
    ("line", "worded"),
    [
        ("invoke doctor", False),
        ("invoke doctor empty", True),
        ("invoke doctor --probe empty", True),
        ("invoke doctor --env prod.env", False),
        ("invoke doctor --env prod.env empty", True),
        ("invoke doctor --env=prod.env", False),
        ("invoke sync verify", False),
    ],
)
def test_words_after_the_task_are_told_from_its_options(line, worded):
    assert is_worded("doctor", line.split()) is worded
