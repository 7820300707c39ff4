from dataclasses import replace

import pytest

from ops.errors import SettingsError
from ops.findings import (
    Dimension,
    Finding,
    Outcome,
    Phase,
    Place,
    Report,
    Result,
    Severity,
    Verdict,
)
from ops.plans import Plan, Step
from ops.report import terminal

PLACE = Place(
    "production", "db.internal", 25060, "app", "app@db-1.internal:25060/app", "15.18",
    "4f1a1a8" + "0" * 33, "COMMIT_HASH", None,
)  # fmt: skip
LOOKED_AT = "214 objects, 10 rows, 13 variables, commit 4f1a1a8"


@pytest.fixture(autouse=True)
def screen(monkeypatch):
    """A screen of 80 columns, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "80")
    return lambda width: monkeypatch.setenv("COLUMNS", str(width))


def error(subject, message="is not here", hint="invoke sync"):
    return Finding(subject, message, hint)


def warning(subject, message="is not set", hint="set it in .env"):
    return Finding(subject, message, hint, severity=Severity.WARNING)


def result(dimension, *findings, outcome=None, note=""):
    outcome = outcome or (Outcome.FAILED if findings else Outcome.PASSED)
    return Result(f"{dimension}.check", dimension, outcome, findings, note)


def verdict(*results, left_out=(), looked_at=LOOKED_AT):
    return Verdict("verify", PLACE, Report(results, left_out), 12, looked_at=looked_at)


def said(*results, **options):
    """The screen beneath its header."""
    return terminal.render(verdict(*results, **options)).partition("\n\n")[2]


ALL_WELL = [result(dimension) for dimension in Dimension]

# -- whole screens


def test_all_well_is_two_lines():
    assert terminal.render(verdict(*ALL_WELL)) == (
        "production · app@db-1.internal:25060/app · PostgreSQL 15.18\n"
        "commit 4f1a1a8 (COMMIT_HASH)\n\n"
        "IN PARITY: 214 objects, 10 rows, 13 variables, commit 4f1a1a8"
    )


def test_differences_stand_by_dimension_each_with_what_to_type():
    assert said(
        result(
            Dimension.SCHEMA,
            error("column public.t.a", "numeric(15,2) in Git, integer here", "invoke schema.diff"),
            error("trigger public.t.x", "disabled here", "invoke schema.diff"),
        ),
        result(Dimension.DATA, error("row roles a", 'name: "A" in Git, "B" here', "invoke seed")),
        result(Dimension.CODE),
        result(Dimension.ENVIRONMENT, warning("variable A")),
        left_out=("objects of extension pg_trgm", "table public.audit_* (theirs)"),
    ) == (
        "NOT IN PARITY: 3 differences, 1 warning\n\n"
        "schema       column public.t.a: numeric(15,2) in Git, integer here\n"
        "             trigger public.t.x: disabled here\n"
        "             -> invoke schema.diff\n\n"
        'data         row roles a: name: "A" in Git, "B" here\n'
        "             -> invoke seed\n\n"
        "environment  warning: variable A: is not set\n"
        "             -> set it in .env\n\n"
        "code         in parity\n\n"
        "not looked at: objects of extension pg_trgm; table public.audit_* (theirs)"
    )


def test_warnings_alone_are_in_parity_and_are_still_told():
    assert said(
        result(Dimension.SCHEMA),
        result(Dimension.ENVIRONMENT, warning("variable A"), warning("variable B")),
    ) == (
        f"IN PARITY: {LOOKED_AT}, 2 warnings\n\n"
        "environment  warning: variable A, B: is not set\n"
        "             -> set it in .env"
    )


def test_a_check_that_could_not_look_is_no_pass():
    broken = result(Dimension.DATA, outcome=Outcome.BROKEN, note="app may not read roles")

    assert said(result(Dimension.SCHEMA), broken) == (
        "NOT IN PARITY: 1 check could not look\n\n"
        "data         could not look (data.check): app may not read roles\n\n"
        "schema       in parity"
    )


def test_what_a_broken_check_saw_before_stands_beneath_it():
    broken = result(Dimension.DATA, error("row roles a"), outcome=Outcome.BROKEN, note="a bug")
    skipped = result(Dimension.DATA, outcome=Outcome.SKIPPED, note="nobody asked")

    assert said(broken, skipped) == (
        "NOT IN PARITY: 1 difference, 2 checks could not look\n\n"
        "data         could not look (data.check): a bug\n"
        "             could not look (data.check): nobody asked\n"
        "             row roles a: is not here\n"
        "             -> invoke sync"
    )


def test_an_empty_report_is_not_good_news():
    assert said() == "NOT IN PARITY: nothing was looked at"


# -- order and grouping


def test_errors_come_before_warnings_and_each_hint_once():
    found = result(
        Dimension.SCHEMA,
        warning("table public.w", "is large", "look"),
        error("table public.a", hint="one"),
        error("table public.b", hint="two"),
        error("table public.c", hint="one"),
        warning("table public.e", "is large", "one"),
    )

    assert said(found).split("\n\n")[1].splitlines() == [
        "schema       table public.a: is not here",
        "             table public.c: is not here",
        "             -> one",
        "             table public.b: is not here",
        "             -> two",
        "             warning: table public.w: is large",
        "             -> look",
        "             warning: table public.e: is large",
        "             -> one",
    ]


def test_only_variables_share_a_line():
    found = result(Dimension.SCHEMA, error("variable A"), error("table public.t"))

    assert "variable A: is not here\n" in said(found)


def test_what_is_said_of_many_things_of_a_kind_is_said_once():
    found = result(
        Dimension.SCHEMA,
        *(error(f"index public.t_{n}_idx", "missing here", "look") for n in range(5)),
        *(error(f"table public.t_{n}", "missing here", "look") for n in range(4)),
        error("index public.other_idx", "not in Git", "look"),
    )

    assert said(found).split("\n\n")[1].splitlines() == [
        "schema       5 indexes: missing here: public.t_0_idx, public.t_1_idx,",
        "               public.t_2_idx, public.t_3_idx, public.t_4_idx",
        "             table public.t_0: missing here",
        "             table public.t_1: missing here",
        "             table public.t_2: missing here",
        "             table public.t_3: missing here",
        "             index public.other_idx: not in Git",
        "             -> look",
    ]


def test_the_verdict_is_told_again_where_its_first_telling_is_out_of_sight():
    few, many = (
        said(result(Dimension.SCHEMA, *(error(f"table t{n}", f"is {n}") for n in range(count))))
        for count in (30, 60)
    )

    assert few.count("NOT IN PARITY") == 1
    assert many.startswith("NOT IN PARITY: 60 differences\n")
    assert many.endswith("\n\nNOT IN PARITY: 60 differences")


# -- the width of the screen

LONG = "column " + ".".join(["a" * 63, "b" * 63, "c" * 63])


def everything():
    yield said(result(Dimension.SCHEMA, error("table public.t", "word " * 60, "type " * 60)))
    yield said(result(Dimension.DATA, outcome=Outcome.BROKEN, note="word " * 60))
    yield said(
        *ALL_WELL,
        result(Dimension.CODE, warning("commit x")),
        looked_at=f"12345 objects, {LOOKED_AT}-dirty",
    )
    yield said(*ALL_WELL, left_out=["table public.t (because of this and that)"] * 9)
    yield terminal.render(verdict(*ALL_WELL))
    yield terminal.phase(
        1,
        Phase(
            "Notification system",
            Outcome.PASSED,
            "12 applied",
            123456,
            ("word " * 40,),
            ("word " * 40,),
        ),
    )


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_screen(screen, width):
    screen(width)

    for text in everything():
        assert max(map(len, text.splitlines())) <= width, text


def test_a_name_that_is_wider_than_the_screen_is_kept_whole():
    found = result(Dimension.SCHEMA, error(LONG, "is not here"))

    assert said(found).split("\n\n")[1].splitlines() == [
        "schema       column",
        f"               {LONG.removeprefix('column ')}:",
        "               is not here",
        "             -> invoke sync",
    ]


def test_a_hyphen_is_no_place_to_break_a_name():
    found = result(Dimension.DATA, error("row roles " + "role-" * 20))

    assert "role-" * 20 in said(found)


def test_a_long_address_has_a_line_of_its_own():
    address = f"app@{'db-' * 30}.internal/app"

    assert terminal.header(replace(PLACE, address=address)).splitlines() == [
        "production",
        address,
        "PostgreSQL 15.18 · commit 4f1a1a8 (COMMIT_HASH)",
    ]


# -- what a terminal must not obey

HOSTILE = "\x1b[2K\x1b]0;title\x07a\tb\x00\x7f\x9b31m\r\x08\u202eevil\u2066"
HARMLESS = r"\x1b[2K\x1b]0;title\x07a\x09b\x00\x7f\x9b31m\x0d\x08\x202eevil\x2066"


def test_no_control_character_reaches_the_screen_from_anywhere():
    place = replace(
        PLACE, environment=HOSTILE, address=HOSTILE, server_version=HOSTILE, code_source=HOSTILE
    )
    results = (
        result(Dimension.SCHEMA, error(f"table {HOSTILE}", HOSTILE, HOSTILE)),
        result(Dimension.DATA, outcome=Outcome.BROKEN, note=HOSTILE),
        result(Dimension.ENVIRONMENT, warning(f"variable {HOSTILE}")),
    )
    screen = terminal.render(Verdict("verify", place, Report(results, (HOSTILE,)), 1))
    screen += terminal.phase(
        1, Phase("Migrations", Outcome.PASSED, "ok", 1, (HOSTILE,), (HOSTILE,))
    )
    screen += terminal.error(SettingsError(HOSTILE, hint=HOSTILE))

    assert [c for c in screen if not c.isprintable() and c != "\n"] == []
    assert terminal.clean(HOSTILE) == HARMLESS


def test_letters_of_any_script_are_no_control_characters():
    assert terminal.clean("größe Ünïcødé 日本 €\n") == "größe Ünïcødé 日本 €\n"


@pytest.mark.parametrize("name", ["x\nIN PARITY: all is well", "x\n::error::y"])
def test_a_name_cannot_begin_a_line_of_its_own(name):
    place = replace(PLACE, address=name)
    found = result(Dimension.SCHEMA, error(f"table public.{name}"))
    lines = terminal.render(Verdict("verify", place, Report((found,), (name,)), 1)).splitlines()

    assert [line for line in lines if line.lstrip().startswith(name.partition("\n")[2])] == []
    assert f"table public.{name}: is not here".replace("\n", "\\x0a") in "\n".join(lines)


# -- phases and plans


def test_a_phase_tells_what_was_seen_beside_it_and_what_changed_beneath():
    done = Phase(
        "Migrations", Outcome.PASSED, "2 applied", 410, ("0005.a", "0006.b"), ("one", "two")
    )

    assert terminal.phase(2, done).splitlines() == [
        "2  Migrations          2 applied  0.41 s  one; two",
        "     0005.a",
        "     0006.b",
    ]
    assert terminal.phase(1, Phase("Preflight", Outcome.PASSED, "ok", 0)) == (
        "1  Preflight           ok         0.00 s"
    )


@pytest.mark.parametrize(
    ("results", "told"),
    [
        (ALL_WELL, False),
        ([], False),  # it stopped before anything was looked at, and the error says why
        ([result(Dimension.CODE, warning("commit x"))], True),
        ([result(Dimension.CODE, error("commit x"))], True),
        ([result(Dimension.CODE, outcome=Outcome.BROKEN, note="a bug")], True),
    ],
)
def test_a_sync_ends_in_silence_only_when_all_is_well(results, told):
    assert bool(terminal.ending(verdict(*results))) is told


def test_an_error_says_what_is_and_what_to_type():
    assert terminal.error(SettingsError("one\ntwo", hint="three\nfour")) == (
        "error: one\n  two\n hint: three\n  four"
    )


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("select 1", "select 1;"),
        ("\nselect 1;\n", "select 1;"),
        ("select 1 -- one", "select 1 -- one\n;"),
        ("select 1; -- one;", "select 1; -- one;\n;"),
        ("select 1 -- one\n, 2", "select 1 -- one\n, 2;"),
    ],
)
def test_each_step_of_a_plan_ends_before_the_next_begins(sql, shown):
    plan = Plan((), (Step("0001.a", sql),), (Step("roles\nx", "select 2"),), "more may follow")

    assert terminal.plan(plan) == (
        f"-- 0001.a\n{shown}\n\n-- roles\\x0ax\nselect 2;\n\n"
        "-- 2 steps would run; nothing was touched\n\n-- more may follow"
    )


def test_an_empty_plan_says_so():
    assert terminal.plan(Plan((), (), ())) == "-- nothing to do"


SENTENCE = (
    "what is said of it goes on and on, as it does where several things come together at once"
)
TYPED = (
    "invoke sync --backup --allow deletes-data",
    "`invoke up`",
    "git log -p migrations/0003.fix-notification-preferences-trigger.sql",
    "git log --diff-filter=D -- migrations",
    "git rm --cached .env",
    "invoke migrate.accept 0003 --reason 'only a comment'",
    'invoke doctor "role drop-down is empty"',
    "invoke schema.diff --sql",
)


@pytest.mark.parametrize("command", TYPED)
def test_no_line_ends_within_what_is_typed(command):
    for start in range(len(SENTENCE)):
        text = f"{SENTENCE[:start].strip()} {command}; {SENTENCE}"
        told = terminal.error(SettingsError(SENTENCE, hint=text))

        assert any(command in line for line in told.split("\n"))
        assert max(map(len, told.split("\n"))) <= 80
        assert " ".join(told.split()) == " ".join(f"error: {SENTENCE} hint: {text}".split())


def test_a_command_that_is_wider_than_the_screen_has_a_line_of_its_own():
    command = (
        "python3 -c \"from urllib.parse import quote; print(quote(input(), safe=''), 'is it')\""
    )
    told = terminal.error(SettingsError("x", hint=f"percent-encode the password: {command}"))

    assert told.split("\n")[-1].strip() == command


def test_every_line_of_what_is_said_above_a_step_is_a_comment():
    step = Step("0005.more " + SENTENCE, "select 1;", (f"deletes-data: {SENTENCE}",))
    told = terminal.plan(Plan((), (step,), (), SENTENCE))

    assert max(map(len, told.split("\n"))) <= 80
    assert {line[:3] for line in told.split("\n")} == {"-- ", "sel", ""}
