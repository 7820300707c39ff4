from pathlib import Path

import pytest

from ops.errors import SettingsError
from ops.migrate.declared import (
    MigrationFile,
    create,
    read,
    read_checksums,
    render_checksums,
)
from ops.migrate.refuse import refuse_what_cannot_run


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


@pytest.fixture
def write(folder):
    """`write({name: content})`: make these files, then read the whole folder."""

    def write(files):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
        return read(folder)

    return write


def sql(text, *, transactional=True):
    return MigrationFile("0001.a", Path("migrations/0001.a.sql"), text, transactional)


def refused(file):
    with pytest.raises(SettingsError) as caught:
        refuse_what_cannot_run(file)
    assert caught.value.hint
    return str(caught.value)


# -- reading the folder


def test_the_folder_is_read_by_name_and_what_is_no_migration_is_left(write):
    files = write(
        {
            "0002.b.sql": "select 2",
            "0001.a.sql": "select 1",
            "0001.a.rollback.sql": "select -1",
            "schema.json": "{}",
            "checksums.txt": "",
            "README.md": "",
        }
    )

    assert [(file.id, file.text) for file in files] == [
        ("0001.a", "select 1"),
        ("0002.b", "select 2"),
    ]
    assert files[0].rollback.read_text() == "select -1"


def test_a_folder_that_is_not_there_is_an_error_and_not_an_empty_history(tmp_path):
    with pytest.raises(SettingsError, match="there is no folder migrations/ here"):
        read(tmp_path / "migrations")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"0001.a.sql": b"select '\xff'"}, "migrations/0001.a.sql is not UTF-8 (byte 8)"),
        ({"0001.a.sql": "select 1", "0001.a.py": "steps = []"}, "two migrations are called 0001.a"),
        (
            {"post-apply.sql": "select 1"},
            "migrations/post-apply.sql: post-apply hooks run only when something was pending",
        ),
        (
            {"0001.a.sql": "-- transactional: no\nselect 1"},
            "migrations/0001.a.sql: transactional is neither true nor false",
        ),
        (
            {"0001.a.sql": "-- depends: 0000.z\nselect 1"},
            "migrations/0001.a.sql depends on 0000.z, which is not there",
        ),
    ],
)
def test_a_folder_that_cannot_be_trusted_is_refused_as_a_whole(write, files, message):
    with pytest.raises(SettingsError) as caught:
        write(files)

    assert str(caught.value) == message
    assert caught.value.hint


# -- hashes


@pytest.mark.parametrize(
    "content",
    [b"select 1;\nselect 2;\n", b"select 1;\r\nselect 2;\r\n", b"\xef\xbb\xbfselect 1;\nselect 2;"],
    ids=["unix", "windows", "with a byte order mark"],
)
def test_the_way_of_saving_a_file_is_no_edit(write, content):
    (file,) = write({"0001.a.sql": content})

    assert file.checksum == sql("select 1;\nselect 2;").checksum


@pytest.mark.parametrize(
    ("text", "same_checksum", "same_normalised"),
    [
        ("select 1 ;", True, True),
        ("-- a licence\nselect 1 ;", False, True),
        ("select\n1;", False, True),
        ("select 2 ;", False, False),
    ],
)
def test_an_edit_is_told_from_a_remark(text, same_checksum, same_normalised):
    before, after = sql("select 1 ;"), sql(text)

    assert (before.checksum == after.checksum) is same_checksum
    assert (before.normalised == after.normalised) is same_normalised


def test_in_python_indentation_is_no_mere_white_space():
    before, after = (
        MigrationFile("a", Path("migrations/a.py"), text) for text in ("if x:\n y", "if x: y")
    )

    assert before.normalised != after.normalised


# -- directives and order


@pytest.mark.parametrize(
    ("text", "transactional", "depends"),
    [
        ("select 1", True, ()),
        ("-- transactional: false\nselect 1", False, ()),
        ("-- what it does\n\n  --transactional :  FALSE \r\nselect 1", False, ()),
        ("-- transactional: true\nselect 1", True, ()),
        (
            "-- depends: 0000.a 0000.b\n-- depends: 0000.c\nselect 1",
            True,
            ("0000.a", "0000.b", "0000.c"),
        ),
        ("-- depends:\nselect 1", True, ()),
        ("select 1;\n-- transactional: false\n-- depends: nobody", True, ()),
        ("/* a licence */\n-- transactional: false\nselect 1", True, ()),
    ],
)
def test_directives_stand_before_the_first_statement(write, text, transactional, depends):
    others = {f"0000.{name}.sql": "select 1" for name in "abc"}

    file = write({**others, "0001.x.sql": text})[-1]

    assert (file.transactional, file.depends) == (transactional, depends)


@pytest.mark.parametrize(
    ("depends", "order"),
    [
        ({}, "a b c d"),
        ({"b": "a", "d": "a b c"}, "a b c d"),
        ({"a": "c"}, "b c a d"),
        ({"a": "b", "b": "c", "c": "d"}, "d c b a"),
        ({"a": "d", "b": "d"}, "c d a b"),
    ],
)
def test_a_migration_comes_behind_what_it_depends_on(write, depends, order):
    files = write(
        {f"{id}.sql": f"-- depends: {depends.get(id, '')}\nselect 1" for id in ("a", "b", "c", "d")}
    )

    assert " ".join(file.id for file in files) == order


@pytest.mark.parametrize(
    ("depends", "named"),
    [
        ({"a": "a"}, "a"),
        ({"a": "b", "b": "a"}, "a, b"),
        ({"b": "c", "c": "d", "d": "b"}, "b, c, d"),
    ],
)
def test_a_circle_of_dependencies_is_named(write, depends, named):
    with pytest.raises(SettingsError) as caught:
        write({f"{id}.sql": f"-- depends: {depends.get(id, '')}\nselect 1" for id in "abcd"})

    assert str(caught.value) == f"these migrations depend on one another: {named}"


# -- what cannot be applied as a whole

PLPGSQL = """create function f() returns int language plpgsql as $body$
begin
    begin return 1; exception when others then return 2; end;
    commit;
end;
$body$;"""


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin commit; end $$",
        "do 'begin commit; rollback; end'",
        "DO $a$ BEGIN EXECUTE $$; COMMIT;$$; END $a$;",
        PLPGSQL,
        "create function f() returns int begin atomic; select 1; end;",
        "create procedure p() begin atomic insert into t values (case 1 when 1 then 2 end); end",
        "select 1; -- commit;",
        "/* begin; /* commit; */ rollback; */ select 1;",
        "select 'x; commit;'; select E'\\'; commit; --'",
        'create table "commit" ("begin" int)',
        "comment on column t.a is $$; commit; $$;",
        "savepoint a; rollback to a; rollback to savepoint a; release a",
        "savepoint a; ROLLBACK WORK TO SAVEPOINT a; rollback transaction to a",
        "prepare q as select 1; execute q; deallocate q",
        "copy t from '/data/stdin'; copy t to program 'cat'",
        "alter table t add commit int, add start int, add prepare int",
    ],
)
def test_what_stays_within_its_transaction_may_run(text):
    refuse_what_cannot_run(sql(text))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("BEGIN", "begin;"),
        ("BEGIN", "Begin Isolation Level Serializable;"),
        ("START", "start transaction;"),
        ("COMMIT", "commit;"),
        ("COMMIT", "COMMIT WORK AND CHAIN"),
        ("COMMIT", "commit prepared 'x'"),
        ("END", "end;"),
        ("END", "end transaction"),
        ("ROLLBACK", "rollback;"),
        ("ROLLBACK", "rollback and chain"),
        ("ROLLBACK", "rollback prepared 'to'"),
        ("ABORT", "abort"),
        ("PREPARE", "prepare transaction 'x'"),
        ("COMMIT", "/* x */ commit -- x"),
    ],
)
def test_what_ends_its_transaction_is_refused_with_its_line(word, text):
    before = f"-- one\ndo $$ begin\n commit; end $$;\n{ATOMIC}\nselect E'\\';';\n\n  "
    line = before.count("\n") + 1

    assert refused(sql(before + text)) == (
        f"migrations/0001.a.sql:{line}: {word} would end the transaction that keeps it whole"
    )


ATOMIC = "create function f() returns int begin atomic\n select case 1 when 1 then 2 end; end;"


@pytest.mark.parametrize("text", ["", " \n", "-- later", "/* select 1; */ ; ;"])
def test_a_file_without_a_statement_is_refused(text):
    assert refused(sql(text)) == "migrations/0001.a.sql:1: holds no statement"


@pytest.mark.parametrize("transactional", [True, False])
def test_copy_from_the_client_is_refused(transactional):
    text = "\ncopy t (a, b)\nfrom stdin;"

    assert refused(sql(text, transactional=transactional)) == (
        "migrations/0001.a.sql:2: COPY FROM STDIN needs psql"
    )


def test_a_zero_byte_is_refused_because_nothing_behind_it_arrives():
    assert refused(sql("select 1;\n\0select 2;")) == (
        "migrations/0001.a.sql:2: a zero byte ends the text there"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("insert into t values (1)", "INSERT needs no `-- transactional: false`"),
        ("create index concurrently on t (a)", "the index has no name"),
        ("create unique index concurrently on t (a)", "the index has no name"),
    ],
)
def test_without_a_transaction_only_what_needs_it_and_can_be_found_again(text, message):
    assert refused(sql(text, transactional=False)) == f"migrations/0001.a.sql:1: {message}"


@pytest.mark.parametrize(
    "text",
    ["select 1;\nselect 'abc;", 'select 1;\nselect "abc;', "select 1;\nselect $x$ abc $y$;",
     "select 1;\n/* never", "select 1;\nselect E'it\\';"],
)  # fmt: skip
def test_what_is_never_closed_is_refused_where_it_begins(text):
    message = "a quote or comment begins here and never ends"
    assert refused(sql(text)) == f"migrations/0001.a.sql:2: {message}"


def test_without_a_transaction_a_second_statement_is_refused():
    assert refused(sql("select 1;\n-- two\nselect 2;", transactional=False)) == (
        "migrations/0001.a.sql:3: a second statement in a file without a transaction"
    )


@pytest.mark.parametrize(
    "text",
    [
        "create index concurrently i on t (a);",
        "vacuum t; -- and nothing else;",
        "alter type mood add value 'a;b'",
        "call p($$;$$)",
        "reindex table concurrently t",
    ],
)
def test_without_a_transaction_one_statement_may_run(text):
    refuse_what_cannot_run(sql(text, transactional=False))


def test_reading_refuses_nothing_that_may_have_been_applied_long_ago(write):
    (file,) = write({"0001.a.sql": "begin; select 1; commit;"})

    assert refused(file).startswith("migrations/0001.a.sql:1: BEGIN")


# -- Python migrations, which yoyo reads

STEPS = "from yoyo import step\n\n__depends__ = {'0001.a'}\nsteps = [step('select 1')]\n"


def test_a_python_migration_says_what_yoyo_reads_in_it(write):
    a, b = write({"0001.a.sql": "select 1", "0002.b.py": STEPS + "__transactional__ = False\n"})

    assert (a.is_sql, b.is_sql) == (True, False)
    assert (b.depends, b.transactional) == (("0001.a",), False)
    refuse_what_cannot_run(b)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_of_that_name", "migrations/0002.b.py cannot be read: No module named"),
        ("__depends__ = {'0009.z'}", "migrations/0002.b.py cannot be read: Could not resolve"),
    ],
)
def test_a_python_migration_that_cannot_be_read_stops_everything(write, text, message):
    with pytest.raises(SettingsError) as caught:
        write({"0001.a.sql": "select 1", "0002.b.py": text})

    assert str(caught.value).startswith(message)


# -- what is written


def test_checksums_come_back_as_they_were_written(write, folder):
    files = write({"0001.a.sql": "select 1", "0002.with a space.sql": "select 2"})
    path = folder / "checksums.txt"
    path.write_text(render_checksums(files).replace("\n", "\r\n"))

    assert read_checksums(path) == {file.id: file.checksum for file in files}
    assert read_checksums(folder / "nowhere.txt") == {}


@pytest.mark.parametrize(
    ("there", "name", "made"),
    [
        ([], "Add invoice index!", "0001.add-invoice-index"),
        (["0009.a.sql", "0009.a.rollback.sql", "0010.b.py"], "c", "0011.c"),
        (["schema.json", "9999.z.sql"], "--more--", "10000.more"),
    ],
)
def test_a_new_migration_gets_the_next_number_and_a_rollback(folder, there, name, made):
    for file in there:
        (folder / file).touch()

    forward, back = create(folder, name)

    assert (forward.name, back.name) == (f"{made}.sql", f"{made}.rollback.sql")
    assert refused(MigrationFile(made, forward, forward.read_text())).endswith("holds no statement")


def test_a_new_migration_needs_a_name(folder):
    with pytest.raises(SettingsError, match="a migration needs a name"):
        create(folder, " -!- ")
