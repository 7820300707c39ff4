import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops import project
from ops.adopt import adopt, apply, declared
from ops.adopt.declared import Folder, Script
from ops.adopt.observed import Row, Seen
from ops.adopt.translate import translate
from ops.errors import Refused, SettingsError
from ops.migrate import declared as migrations
from ops.report import adoption
from tests import prisma

TABLE = "CREATE TABLE t (id int);\n"
ENUM = "BEGIN;\nCREATE TYPE a AS ENUM ('x');\nCOMMIT;\n"
WORK, DONE = apply.Work({Path("a"): "text"}, ()), apply.Work({}, ())
INDEX = 'CREATE INDEX CONCURRENTLY "i" ON "t"("id");\n'


def script(text, name="20240101120000_init"):
    data = text if isinstance(text, bytes) else text.encode()
    return Script(name, Path(f"p/{name}/migration.sql"), data)


def translated(text, schema="public"):
    ((part,), found) = translate([script(text)], Path("migrations"), schema)
    return part.file, found


def complaints(text):
    _, found = translate([script(text)], Path("migrations"), "public")
    return [finding.message for finding in found]


def body(file):
    return file.text.partition("\n\n")[2]


# --- the folder


def test_migrations_are_read_in_the_order_of_their_folders(tmp_path):
    path = prisma.folder(tmp_path, {"20240201_b": TABLE, "0_init": TABLE, "20240101_a": TABLE})

    assert [s.name for s in declared.read(path).scripts] == ["0_init", "20240101_a", "20240201_b"]


def test_what_prisma_never_runs_is_named_and_what_is_hidden_is_not(tmp_path):
    path = prisma.folder(tmp_path, {"0_init": TABLE})
    (path / "fix.sql").touch()
    (path / "0_init" / "down.sql").touch()
    (path / "20240101_left").mkdir()
    (path / ".DS_Store").touch()

    found = declared.read(path)

    assert found.strays == ("0_init/down.sql", "fix.sql")
    assert len(found.scripts) == 1


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ("nowhere", "there is no folder", "prisma/migrations"),
        ("", "holds no migration of Prisma's", "prisma/migrations"),
        ("prisma", "holds no migration of Prisma's", "prisma/migrations"),
        ("prisma/migrations/0_init", "holds no migration of Prisma's", "prisma/migrations"),
        ("prisma/migrations/migration_lock.toml", "there is no folder", "prisma/migrations"),
    ],
)
def test_a_wrong_folder_is_told_with_the_right_one(tmp_path, given, message, hint):
    prisma.folder(tmp_path, {"0_init": TABLE})

    with pytest.raises(SettingsError, match=message) as caught:
        declared.read(tmp_path / given)
    assert caught.value.hint == f"invoke adopt.prisma {tmp_path / hint}"


def test_scripts_of_another_kind_are_no_migrations_of_prismas(tmp_path):
    (tmp_path / "V1__init.sql").write_text(TABLE)

    with pytest.raises(SettingsError) as caught:
        declared.read(tmp_path)
    assert "docs/adopting.md" in caught.value.hint


def test_migrations_for_another_database_are_refused(tmp_path):
    path = prisma.folder(tmp_path, {"0_init": TABLE})
    (path / "migration_lock.toml").write_text('# no edit\nprovider = "mysql"\n')

    with pytest.raises(SettingsError, match="the migrations are for mysql"):
        declared.read(path)


@pytest.mark.parametrize("there", [TABLE.encode(), TABLE.replace("\n", "\r\n").encode()])
@pytest.mark.parametrize("here", [TABLE.encode(), TABLE.replace("\n", "\r\n").encode()])
def test_line_breaks_are_no_edit(here, there):
    assert script(here).is_what_ran(hashlib.sha256(there).hexdigest())


def test_a_byte_order_mark_is_part_of_the_checksum_and_not_of_the_text():
    marked = b"\xef\xbb\xbf" + TABLE.encode()

    assert script(marked).is_what_ran(hashlib.sha256(marked).hexdigest())
    assert not script(TABLE).is_what_ran(hashlib.sha256(marked).hexdigest())
    assert script(marked).text == TABLE


def test_a_checksum_without_its_zeros_is_one():
    padded = hashlib.sha256(b"SELECT 5;").hexdigest()
    old = "".join(padded[i : i + 2].removeprefix("0") for i in range(0, 64, 2))

    assert old != padded
    assert script("SELECT 5;").is_what_ran(old)


# --- what each becomes


def test_a_file_says_where_it_is_from_and_then_what_prisma_ran():
    file, found = translated(TABLE.replace("\n", "\r\n").encode())

    assert (file.id, found) == ("0001.init", ())
    assert file.text == f"-- From Prisma: 20240101120000_init\n\n{TABLE}"
    assert file.is_adopted


@pytest.mark.parametrize(
    ("folder", "id"),
    [
        ("20240101120000_add_user_roles", "0001.add-user-roles"),
        ("0_init", "0001.init"),
        ("init", "0001.init"),
        ("20240101120000_", "0001.20240101120000"),
        ("20240101120000", "0001.20240101120000"),
        ("20240101120000_über", "0001.ber"),
        ("20240101120000_角色", "0001.20240101120000"),
    ],
)
def test_the_name_is_the_folders_in_our_style(folder, id):
    ((part,), _) = translate([script(TABLE, folder)], Path("migrations"), "")

    assert part.file.id == id


def test_an_empty_migration_becomes_none_and_takes_no_number():
    scripts = [script(text, name) for text, name in ((TABLE, "1"), ("-- empty", "2"), (TABLE, "3"))]

    parts, found = translate(scripts, Path("migrations"), "")

    assert [part.file and part.file.id for part in parts] == ["0001.1", None, "0002.3"]
    assert found == ()


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (ENUM, ENUM.replace("BEGIN;", "/* BEGIN; */").replace("COMMIT;", "/* COMMIT; */")),
        ("begin transaction; SELECT 1; end", "/* begin transaction; */ SELECT 1; /* end */\n"),
        ("START TRANSACTION;SELECT 1;COMMIT WORK;", "/* START TRANSACTION; */SELECT 1;"
                                                    "/* COMMIT WORK; */\n"),
        (f"{TABLE}{INDEX}", f"{TABLE}{INDEX}".replace("CONCURRENTLY", "/* CONCURRENTLY */")),
    ],
)  # fmt: skip
def test_what_would_end_the_transaction_is_a_comment(text, becomes):
    file, found = translated(text)

    assert (body(file), found) == (becomes, ())
    assert "All of it is one transaction." in file.text


def test_an_index_that_is_built_alone_stays_outside_of_a_transaction(tmp_path):
    file, found = translated(INDEX)

    assert (file.transactional, body(file), found) == (False, INDEX, ())
    (tmp_path / "0001.init.sql").write_text(file.text)
    assert migrations.read(tmp_path)[0].transactional is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{TABLE}COMMIT;", "p/20240101120000_init/migration.sql:2: COMMIT would end"),
        (f"BEGIN;\n{TABLE}ROLLBACK;", "p/20240101120000_init/migration.sql:1: BEGIN would end"),
        (f"BEGIN;\n{TABLE}", "p/20240101120000_init/migration.sql:1: BEGIN would end"),
        ("COPY t FROM STDIN;", "p/20240101120000_init/migration.sql:1: COPY FROM STDIN needs psql"),
        ("SELECT 1;\nSELECT 'x", "p/20240101120000_init/migration.sql:2: a quote or comment"),
        ("ÿ".encode("utf-16"), "p/20240101120000_init/migration.sql: is not UTF-8 (byte 0)"),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_its_place(text, message):
    assert complaints(text)[0].startswith(message)


def test_where_prisma_migrated_a_schema_of_its_own_each_file_goes_there():
    scripts = [script(TABLE, "1_a"), script(INDEX, "2_b")]

    (first, second), found = translate(scripts, Path("migrations"), 'a"b')

    assert body(first.file) == (
        f'create schema if not exists "a""b";\nset search_path = "a""b";\n\n{TABLE}'
    )
    assert 'set search_path = "a""b";\n\nCREATE INDEX /* CONCURRENTLY */' in second.file.text
    assert (second.file.transactional, found) == (True, ())


# --- against the table


def row(name, *, text=TABLE, finished=True, rolled_back=False, steps=1, logs=""):
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return Row(name, checksum, finished, rolled_back, steps, logs, datetime(2024, 1, 5, tzinfo=UTC))


def against(names, rows, **texts):
    scripts = tuple(script(texts.get(f"_{name}", TABLE), name) for name in names)
    return adopt(Folder(Path("p"), scripts, ()), Seen("public", tuple(rows), True), Path())


def states(told):
    return [str(one.state) for one in told.held]


def said(told):
    return [("? " * (f.severity == "warning")) + f.message for f in told.findings]


def test_what_is_not_in_the_table_is_pending_and_no_finding():
    told = against("123", [row("1"), row("2")])

    assert (states(told), said(told), told.until) == (
        ["applied", "applied", "pending"], [], "0002",
    )  # fmt: skip


def test_a_failed_migration_is_told_with_the_servers_words_and_no_others():
    logs = "Database error:\nERROR: duplicate key\nDETAIL: Key (mail)=(a@b) exists.\n  0: x"
    told = against("12", [row("1"), row("2", finished=False, steps=0, logs=logs)])

    assert (states(told), told.until) == (["applied", "failed"], "0001")
    assert said(told) == [
        "2: begun here on 2024-01-05, failed: duplicate key; part of it may be here"
    ]


def test_a_failure_that_was_given_up_or_mended_is_none():
    failed = row("1", finished=False, rolled_back=True, logs="ERROR: x")

    assert states(against("1", [failed])) == ["pending"]
    assert states(against("1", [failed, row("1")])) == ["applied"]
    assert states(against("1", [row("1"), failed])) == ["applied"]


def test_an_edited_file_and_a_mark_without_a_run_are_warnings_for_the_baseline_to_judge():
    told = against("12", [row("1", text="SELECT 1"), row("2", steps=0)])

    assert states(told) == ["applied, edited since", "applied by word only"]
    assert said(told) == [
        "? 1: its file is not the one that ran: the checksum differs",
        "? 2: was marked as applied by `migrate resolve` and never ran",
    ]
    assert told.until == "0002"


def test_a_pending_one_before_an_applied_one_is_for_prisma_to_finish():
    told = against("1234", [row("1"), row("3")])

    assert said(told) == ["2: is pending, and 3 behind it is applied here"]
    assert told.until == "0001"


def test_a_migration_without_a_folder_is_named_unless_it_was_given_up():
    told = against("1", [row("1"), row("2"), row("3", finished=False, rolled_back=True)])

    assert said(told) == ["? 2: ran here and has no folder: what it made, the baseline will name"]


def test_an_empty_migration_stands_in_nobodys_way():
    assert against("123", [row("1"), row("3")], _2="-- empty").until == "0002"
    assert said(against("12", [row("1"), row("2")], _2="-- empty")) == []


# --- what is written


@pytest.fixture
def home(tmp_path):
    (tmp_path / "parity.toml").write_text("# ours\n[migrate]\nlock_wait = 1 # s\n")
    return tmp_path


def files(home, *names):
    scripts = [script(TABLE, name) for name in names]
    return [part.file for part in translate(scripts, home / "migrations", "")[0]]


def test_an_adoption_is_written_once_and_goes_on_with_what_is_new(home):
    apply.write(apply.work(home, files(home, "1_a", "2_b")))

    again = apply.work(home, files(home, "1_a", "2_b"))
    more = apply.work(home, files(home, "1_a", "2_b", "3_c"))

    assert (again.texts, again.kept) == ({}, ())
    assert [path.name for path in more.texts] == ["0003.c.sql"]


def test_another_history_is_neither_mixed_nor_overwritten(home):
    (home / "migrations").mkdir()
    (home / "migrations" / "0001.a.sql").write_text(TABLE)

    with pytest.raises(Refused, match=r"0001\.a\.sql"):
        apply.work(home, files(home, "1_a", "2_b"))


def test_a_folder_that_came_in_between_is_no_history_that_goes_on(home):
    apply.write(apply.work(home, files(home, "1_a", "3_c")))

    with pytest.raises(Refused, match=r"0002\.c\.sql"):
        apply.work(home, files(home, "1_a", "2_b", "3_c"))


def test_what_was_changed_since_stays_and_what_follows_is_nobodys_concern(home):
    adopted = files(home, "1_a", "2_b")
    apply.write(apply.work(home, adopted))
    adopted[0].path.write_text(f"{adopted[0].text}-- ours\n")
    (home / "migrations" / "0003.ours.sql").write_text(TABLE)

    found = apply.work(home, adopted)

    assert (found.texts, found.kept) == ({}, (adopted[0].path,))


def test_the_table_is_ignored_and_every_comment_stays(home):
    before = (home / "parity.toml").read_text()

    apply.write(apply.work(home, []))

    text = (home / "parity.toml").read_text()
    assert text.startswith(before)
    assert [pattern for pattern, _ in project.read(home / "parity.toml").ignore] == [apply.IGNORED]


@pytest.mark.parametrize("pattern", ["table public._prisma_migrations", "table *._prisma*"])
def test_a_table_that_is_ignored_is_not_ignored_twice(home, pattern):
    (home / "parity.toml").write_text(f'[[ignore]]\npattern = "{pattern}"\nreason = "x"\n')

    assert apply.work(home, []).texts == {}


def test_a_project_without_settings_gets_them_and_an_inline_list_is_not_broken(home):
    (home / "parity.toml").unlink()
    assert apply.work(home, []).texts[home / "parity.toml"].startswith("[[ignore]]")

    (home / "parity.toml").write_text('ignore = [{pattern = "x y", reason = "z"}]\n')
    with pytest.raises(SettingsError):
        apply.work(home, [])


# --- what to type next


def test_the_steps_are_those_that_this_database_needs():
    told = against("12", [row("1")])
    nowhere = adopt(told.folder, None, Path())
    pushed = adopt(told.folder, Seen("", (), True), Path())
    empty = adopt(told.folder, Seen("", (), False), Path())

    assert adoption.steps(told, WORK, "prod.env").split("\n  ")[1:] == [
        "invoke schema.snapshot",
        'git add migrations parity.toml && git commit -am "History from Prisma"',
        "invoke migrate.baseline --until 0001 --env prod.env",
        "invoke sync --plan --env prod.env",
        "invoke sync --env prod.env",
        "invoke verify --env prod.env",
    ]
    assert "git" not in adoption.steps(told, DONE, "")
    assert "baseline" not in adoption.steps(nowhere, DONE, "")
    assert "sync" not in adoption.steps(nowhere, DONE, "")
    assert "--env 'my prod.env'" in adoption.steps(told, DONE, "my prod.env")
    assert "\n  invoke migrate.baseline\n" in adoption.steps(pushed, DONE, "")
    assert "baseline" not in adoption.steps(empty, DONE, "")
