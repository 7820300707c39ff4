from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from ops.errors import SettingsError
from ops.seed.declared import Row, Seed, read
from ops.seed.fit import check_types, misfit
from ops.seed.observed import absent, parse, query
from ops.seed.shape import Edited, Surplus
from ops.seed.show import cell
from ops.seed.source import Source

HEAD = """\
table = "roles"
key = ["id"]
owned = ["name", "limit"]
"""

FULL = """\
# one kind of row
table = "app.texts"
key = ["kind", "lang"]
owned = ["title", "body", "names"]

[scope]
null = ["owner_id"]

[every]
is_active = true

[files]
body = "texts/{kind}.txt"

[placeholders]
declared = "names"
used = ["title", "body"]

[[rows]]
kind = "hello"
lang = "en"
title = "Hello {{name}}"
names = ["name", "mail"]

[[ rows ]] # the second
kind = "bye"
lang = "en"
title = '''
{{name}}
[[rows]]
body = "no"
'''
body = "{{mail}}"
is_active = false
names = ["name", "mail"]
"""


@pytest.fixture
def seeds(tmp_path):
    """`seeds({name: content})`: make these files under seeds/, then read them."""

    def write(files):
        for name, content in files.items():
            path = tmp_path / "seeds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(tmp_path / "seeds")

    return write


@pytest.fixture
def refused(seeds):
    """The message for a file that is not what it must be; the hint behind an arrow."""

    def refused(text, **files):
        with pytest.raises(SettingsError) as caught:
            seeds({"roles.toml": text, **files})
        return f"{caught.value} -> {caught.value.hint}"

    return refused


# -- what a file says


def test_everything_that_a_file_can_say_is_read(seeds):
    (seed,) = seeds({"texts.toml": FULL, "texts/hello.txt": "Write to {{mail}}\n"})

    assert (seed.table, seed.key, seed.null) == ("app.texts", ("kind", "lang"), ("owner_id",))
    assert seed.owned == ("title", "body", "names", "is_active")
    assert seed.columns == ("kind", "lang", "title", "body", "names", "is_active")
    hello, bye = seed.rows
    assert hello == Row(
        ("hello", "en"),
        {
            "kind": "hello",
            "lang": "en",
            "title": "Hello {{name}}",
            "body": "Write to {{mail}}\n",
            "names": ["name", "mail"],
            "is_active": True,
        },
        line=19,
    )
    # a row's own word is the last, and needs no file
    assert (bye.values["body"], bye.values["is_active"], bye.line) == ("{{mail}}", False, 25)


def test_an_owned_column_that_nobody_fills_is_null(seeds):
    (seed,) = seeds({"roles.toml": HEAD + '[[rows]]\nid = "a"\nlimit = 1.50\n'})

    assert seed.rows[0].values == {"id": "a", "name": None, "limit": Decimal("1.50")}


def test_files_come_in_the_order_of_their_names_and_need_no_code(seeds):
    rows = '[[rows]]\nid = "a"\n'

    other = HEAD.replace('"roles"', '"rights"')
    found = seeds(
        {"b.toml": other + rows, "a.toml": HEAD + rows + rows.replace("a", "b"), "x.txt": ""}
    )

    assert [(seed.path.name, len(seed.rows)) for seed in found] == [("a.toml", 2), ("b.toml", 1)]


def test_a_file_says_the_same_however_it_was_saved(seeds):
    text, body = FULL, "Write to\n{{mail}}\n"
    windows = {
        "texts.toml": text.replace("\n", "\r\n"),
        "texts/hello.txt": body.replace("\n", "\r\n"),
    }

    def rows():
        return [(row.key, row.values, row.line) for row in seeds({})[0].rows]

    seeds({"texts.toml": text, "texts/hello.txt": body})
    unix = rows()
    seeds(windows)
    assert rows() == unix
    seeds({name: b"\xef\xbb\xbf" + content.encode() for name, content in windows.items()})
    assert rows() == unix


def test_rows_may_be_written_inline(seeds, refused):
    inline = HEAD + 'rows = [\n  {id = "a", name = "A"},\n  {id = "b"},\n]\n'

    assert [row.key for row in seeds({"roles.toml": inline})[0].rows] == [("a",), ("b",)]
    assert refused(inline.replace('"b"', '"a"')).startswith("seeds/roles.toml:4: a stands twice")


# -- lines

LONG = '''
"""
[[rows]]
id = "text"
name = "text"
"""'''.strip()


@pytest.mark.parametrize(
    ("before", "name", "row", "line"),
    [
        ("", "id", 0, 5),
        ("", "name", 1, 10),
        ("", "", 1, 7),
        ("", "limit", 0, 4),  # the next row's is not this row's
        ("", "table", None, 1),
        ("", "nowhere", None, 1),
        ("# [[rows]] don't\n", "", 0, 5),
        ("# '''\n", "name", 1, 11),
        ("x = '''\n[[rows]]\nid = 1\n'''\n", "id", 0, 9),
        (f"x = {LONG}\n", "", 1, 12),
        (f'x = {LONG[:-3]}\\"""\nid = 7{LONG[-3:]}\n', "", 0, 10),
        ('x = """a"""""\n', "", 0, 5),
        ("x = '# no comment'\n", "", 0, 5),
        ('x = "a\\"" # [[rows]]\n', "", 0, 5),
        ("[every]\nis_active = true\n[x]\n", "is_active", 1, 5),
    ],
)
def test_a_line_is_found_whatever_long_strings_hold(before, name, row, line):
    text = f'{HEAD}{before}[[rows]]\nid = 1\nname = "a"\n[[rows]]\nid = 2\nlimit = 3\nname = 4\n'

    assert Source.of(Path("seeds/roles.toml"), text).line_of(name, row) == line


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('"id" = 1', "id"),
        ("  id=1", "id"),
        ("permissions.reports = 1", "permissions"),
        ("[rows.permissions]", "permissions"),
        ("[scope]", "scope"),
        ("a+b = 1", "a+b"),
    ],
)
def test_a_name_is_found_in_every_spelling(line, name):
    text = f"[[rows]]\nidx = 1\n{line}\n"

    assert Source.of(Path("seeds/roles.toml"), text).line_of(name, 0) == 3


def test_a_thousand_rows_are_no_burden(seeds):
    """Looking through the whole text again for each row would take minutes here."""
    rows = "".join(f'[[rows]]\nid = "{n}"\nname = """\n{n}\n"""\n' for n in range(1000))

    (seed,) = seeds({"roles.toml": HEAD + rows})

    assert [row.line for row in seed.rows] == [4 + 5 * n for n in range(1000)]


# -- what a file must not say

ROW = '[[rows]]\nid = "a"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '1: `table` is missing -> write table = "roles"'),
        (HEAD, "1: `rows` is missing -> write [[rows]] before each row"),
        ('table = "t"\nkey = []\n', '1: `key` is missing -> write key = ["id"]'),
        ("\ntable = 5\n", '2: `table` is not a name -> write table = "roles"'),
        (
            'table = "t"\nkey = "id"\n',
            '2: `key` is not a list of column names -> write key = ["id"]',
        ),
        (
            'table = "t"\nkey = ["id"]\nowned = [1]\n',
            '3: `owned` is not a list of column names -> write owned = ["name"]',
        ),
        (
            HEAD + "rows = [1]",
            "4: `rows` is not a list of tables -> write [[rows]] before each row",
        ),
        (
            HEAD + "[rows]\na = 1",
            "4: `rows` is not a list of tables -> write [[rows]] before each row",
        ),
        (
            HEAD + "scope = 5\n" + ROW,
            "4: `scope` is not a table of `null`, a list of column names"
            ' -> write null = ["owner_id"] under [scope]',
        ),
        (
            HEAD + '\n[scope]\nnul = ["owner_id"]\n' + ROW,  # else every row would be Git's
            "5: `scope` is not a table of `null`, a list of column names"
            ' -> write null = ["owner_id"] under [scope]',
        ),
        (
            HEAD + "[every]\n[files]\nname = 5\n" + ROW,
            '5: `files` is not a table of paths -> write body = "texts/{id}.txt" under [files]',
        ),
        (
            HEAD + "every = 1\n" + ROW,
            "4: `every` is not a table -> write is_active = true under [every]",
        ),
        (
            HEAD + '[placeholders]\ndeclared = "name"\n' + ROW,
            "4: `placeholders` is not a table of `declared`, a column name, and `used`, a list of them"
            ' -> write declared = "variables" and used = ["body"] under [placeholders]',
        ),
        (
            HEAD + "[evry]\nx = 1\n" + ROW,
            "4: `evry` means nothing here (did you mean every?)"
            " -> use deactivate, edited, environments, every, files, key, owned, placeholders,"
            " rows, scope, surplus, table",
        ),
        (
            HEAD + ROW + 'nmae = """\n[[rows]]\n"""\n',
            "6: column nmae is neither in `key` nor in `owned`"
            " -> add it to owned, or delete it (did you mean name?)",
        ),
        (
            HEAD + "[every]\nsubject = 1\n" + ROW + "[[rows]]\nzzz = 1\n",
            "9: column zzz is neither in `key` nor in `owned` -> add it to owned, or delete it",
        ),
        (
            HEAD + ROW + '[[rows]]\nname = """\nid = 1"""\n',
            "6: this row has no single value for id, its key -> write id = ...",
        ),
        (
            HEAD + "[[rows]]\nname = 'a'\nid = [1]\n",
            "6: this row has no single value for id, its key -> write id = ...",
        ),
        (
            HEAD + ROW + "name = '''\n[[rows]]\n'''\n" + ROW,
            "9: a stands twice, first on line 4 -> delete one of them",
        ),
        (
            HEAD + '[files]\nname = "{id}.txt"\n' + ROW,
            "6: the file seeds/a.txt does not exist -> write it, or correct [files]",
        ),
        (
            HEAD + '[files]\nname = "{kind}.txt"\n' + ROW,
            "6: this row lacks a column that {kind}.txt names -> write that column",
        ),
        (
            HEAD + '[files]\nname = "{id.x}{.txt"\n' + ROW,
            "6: this row lacks a column that {id.x}{.txt names -> write that column",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_type(refused, text, message):
    assert refused(text) == f"seeds/roles.toml:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "table = \n",
            "seeds/roles.toml:1:9: Invalid value -> correct it there: "
            'name = value, with text in "", lists in [], true or false in small letters',
        ),
        (b"table = '\xff'", "seeds/roles.toml is not UTF-8 (byte 9) -> save it as UTF-8"),
    ],
)
def test_what_is_no_toml_is_refused_in_a_sentence(refused, text, message):
    assert refused(text) == message


def test_a_body_that_is_not_utf_8_is_refused(refused):
    text = HEAD + '[files]\nname = "{id}.txt"\n' + ROW

    assert refused(text, **{"a.txt": b"\xff"}) == (
        "seeds/a.txt is not UTF-8 (byte 0) -> save it as UTF-8"
    )


# -- policies


def policies(seeds, text):
    (seed,) = seeds({"roles.toml": HEAD + text + "\n" + ROW})
    return seed


def test_without_a_word_edits_are_restored_and_surplus_is_reported_everywhere(seeds):
    seed = policies(seeds, "")

    assert (seed.policy("name"), seed.surplus, seed.deactivate) == (
        Edited.RESTORE,
        Surplus.REPORT,
        {},
    )
    assert seed.belongs("production")


@pytest.mark.parametrize(
    ("text", "name", "limit"),
    [
        ('edited = "refuse"', Edited.REFUSE, Edited.REFUSE),
        ('edited.limit = "keep"', Edited.RESTORE, Edited.KEEP),
        ('edited = { default = "refuse", limit = "keep" }', Edited.REFUSE, Edited.KEEP),
        ('[edited]\ndefault = "keep"\nlimit = "restore"', Edited.KEEP, Edited.RESTORE),
    ],
)
def test_what_becomes_of_an_edit_is_said_for_all_columns_or_for_some(seeds, text, name, limit):
    seed = policies(seeds, text)

    assert (seed.policy("name"), seed.policy("limit")) == (name, limit)


def test_rows_may_be_switched_off_and_meant_for_some_environments(seeds):
    seed = policies(
        seeds,
        'surplus = "deactivate"\nenvironments = ["local", "test"]\n[deactivate]\nlimit = 0',
    )

    assert (seed.surplus, seed.deactivate) == (Surplus.DEACTIVATE, {"limit": 0})
    assert [seed.belongs(name) for name in ("local", "production")] == [True, False]


EDITED = (
    "4: `edited` is not restore, keep or refuse, nor a table of columns to these words"
    ' -> write edited = "keep", or edited.name = "keep" for a column'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('edited = "ignore"', EDITED),
        ('edited.name = "prune"', EDITED),
        ("edited = true", EDITED),
        (
            'edited = { nmae = "keep" }',
            "4: `edited` names nmae, which is not in `owned`"
            " -> add it to owned, or delete it (did you mean name?)",
        ),
        (
            'edited.id = "keep"',  # a row with another key is another row
            "4: `edited` names id, which is not in `owned` -> add it to owned, or delete it",
        ),
        (
            'surplus = "delete"',
            '4: `surplus` is not report, prune, deactivate or ignore -> write surplus = "report"',
        ),
        (
            'surplus = "deactivate"',
            '4: `surplus = "deactivate"` and [deactivate] go together -> write both, or neither',
        ),
        (
            'surplus = "prune"\n[deactivate]\nlimit = 0',
            '5: `surplus = "deactivate"` and [deactivate] go together -> write both, or neither',
        ),
        (
            "[deactivate]",
            "4: `deactivate` is not a table of columns"
            " -> write is_active = false under [deactivate]",
        ),
        (
            'surplus = "deactivate"\n[deactivate]\nis_active = false',
            "5: `deactivate` names is_active, which is not in `owned`"
            " -> add it to owned, or delete it",
        ),
        (
            'environments = ["prod"]',
            "4: `environments` is not a list out of local, test, staging, production"
            ' -> write environments = ["local", "test"]',
        ),
        (
            "environments = []",
            "4: `environments` is not a list out of local, test, staging, production"
            ' -> write environments = ["local", "test"]',
        ),
    ],
)
def test_a_policy_that_means_nothing_is_refused(refused, text, message):
    assert refused(f"{HEAD}{text}\n{ROW}") == f"seeds/roles.toml:{message}"


# -- several files of one table


def test_a_table_may_be_in_several_files(seeds):
    other = HEAD + 'environments = ["local"]\n' + ROW.replace('"a"', '"b"')

    assert len(seeds({"roles.toml": HEAD + ROW, "roles_demo.toml": other})) == 2


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            HEAD + '[[rows]]\nid = "b"\n' + ROW,
            "seeds/roles.toml:4: a stands in seeds/demo.toml:6 too -> delete one of them",
        ),
        (
            HEAD.replace('["id"]', '["name"]') + '[[rows]]\nname = "b"\n',
            "seeds/roles.toml and seeds/demo.toml find rows of roles by different keys"
            ' -> write key = ["name"] in both',
        ),
    ],
)
def test_files_of_one_table_share_its_key_and_no_row(refused, other, message):
    assert refused(HEAD + ROW, **{"demo.toml": other}) == message


# -- beside the schema

INSTANT = "timestamp with time zone"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (1, "integer"),
        (2**62, "bigint"),
        (50000, "numeric(15,2)"),
        (Decimal("1.50"), "numeric(15,2)"),
        (Decimal("1.500"), "numeric(15,2)"),
        (Decimal("1E+3"), "numeric(5,-2)"),
        (1, "double precision"),
        ("a", "text"),
        ("abc", "character varying(3)"),
        ("€", "character(1)"),
        ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "uuid"),
        (["a", "b"], "text[]"),
        ([], "character varying(3)[]"),
        ([Decimal("1.5")], "numeric(15,2)[]"),
        ({"a": [1, True, {}]}, "jsonb"),
        ([1], "json"),
        ("happy", "public.mood"),
        (date(2024, 5, 1), "date"),
        (time(12), "time without time zone"),
        (time(12), "time(3) without time zone"),
        (datetime(2024, 5, 1), "timestamp(3) without time zone"),
        (datetime(2024, 5, 1, tzinfo=UTC), INSTANT),
        ("2024-05-01T12:00:00+02:00", "timestamp(3) with time zone"),
        ("infinity", INSTANT),
    ],
)
def test_a_value_that_fits_its_column_is_nothing_to_speak_of(value, kind):
    assert misfit(value, kind) == ""


OFFSET = "wants an offset, such as Z: each session would read it differently"


@pytest.mark.parametrize(
    ("value", "kind", "complaint"),
    [
        (1, "boolean", "boolean wants true or false, not a whole number"),
        (True, "integer", "integer wants a whole number, not true or false"),
        (False, "numeric(15,2)", "numeric(15,2) wants a number, not true or false"),
        (Decimal("1.0"), "bigint", "bigint wants a whole number, not a decimal number"),
        ("1", "numeric(15,2)", "numeric(15,2) wants a number, not a text"),
        (Decimal("1.005"), "numeric(15,2)", "numeric(15,2) would round 1.005"),
        (1050, "numeric(5,-2)", "numeric(5,-2) would round 1050"),
        (Decimal("Infinity"), "numeric(15,2)", "Infinity is no number to compare"),
        (Decimal("NaN"), "double precision", "NaN is no number to compare"),
        (1, "text", "text wants a text, not a whole number"),
        (["a"], "text", "text wants a text, not a list"),
        ("a", "text[]", "text[] wants a list"),
        (["a", 1], "text[]", "text wants a text, not a whole number"),
        ("abcd", "character(3)", "character(3) is too short for 4 characters"),
        (["abcd"], "character varying(3)[]", "character varying(3) is too short for 4 characters"),
        (datetime(2024, 5, 1), "date", "date wants a date, not a time stamp"),
        (date(2024, 5, 1), INSTANT, f"{INSTANT} wants a time stamp, not a date"),
        (datetime(2024, 5, 1), INSTANT, f"{INSTANT} {OFFSET}"),
        ("2024-05-01 12:00", INSTANT, f"{INSTANT} {OFFSET}"),
    ],
)
def test_a_value_that_would_come_back_as_another_is_refused(value, kind, complaint):
    assert misfit(value, kind) == complaint


ROLES = {
    "id": {"type": "text", "not_null": True},
    "name": {"type": "text", "not_null": True},
    "limit": {"type": "numeric(15,2)"},
    "owner_id": {"type": "text"},
}
SCHEMA = {"roles": ROLES, "public.roles": ROLES, "rights": {}}


@pytest.mark.parametrize(
    ("replace", "message"),
    [
        (("", ""), ""),
        (('"roles"', '"public.roles"'), ""),
        (
            ('"roles"', '"role"'),
            "1: table role is in no migration (did you mean roles?)"
            " -> correct the name; if a new migration makes it: invoke schema.snapshot",
        ),
        (
            ('"limit"', '"limt"'),
            "3: roles has no column limt (did you mean limit?)"
            " -> correct the name; if a new migration adds it: invoke schema.snapshot",
        ),
        (
            ("[[rows]]", '[scope]\nnull = ["ownerId"]\n[[rows]]'),
            "5: roles has no column ownerId (did you mean owner_id?)"
            " -> correct the name; if a new migration adds it: invoke schema.snapshot",
        ),
        (
            ('name = "B"', "limit = 1"),
            "8: name may not be NULL, and this row leaves it out -> correct name",
        ),
        (
            ('name = "B"', 'name = "B"\nlimit = 0.001'),
            "11: limit: numeric(15,2) would round 0.001 -> correct limit",
        ),
        (
            ("[[rows]]", 'surplus = "deactivate"\n[deactivate]\nlimit = 0.001\n[[rows]]'),
            "5: [deactivate] limit: numeric(15,2) would round 0.001 -> correct limit",
        ),
        (
            ("[[rows]]", "[every]\nlimit = true\n[[rows]]"),
            "5: limit: numeric(15,2) wants a number, not true or false -> correct limit",
        ),
    ],
)
def test_a_file_beside_the_schema_is_refused_at_the_line_that_does_not_fit(seeds, replace, message):
    text = HEAD.replace('"limit"]', '"limit"]\n') + (
        '[[rows]]\nid = "a"\nname = """\n"""\n[[rows]]\nid = "b"\nname = "B"\n'
    )
    text = text.replace("\n\n", "\n").replace(*replace, 1)

    def complaint():
        try:
            check_types(seeds({"roles.toml": text}), SCHEMA)
        except SettingsError as error:
            return f"{error} -> {error.hint}"
        return ""

    assert complaint() == (message and f"seeds/roles.toml:{message}")


# -- the rows that are there

SEED = Seed(Path("seeds/t.toml"), "t", ("id", "Kind"), ("name", "id"), (), ())


@pytest.mark.parametrize(
    ("table", "null", "expected"),
    [
        (
            "t",
            (),
            'select row_to_json(r)::text from (select "id", "Kind", "name" from "app"."t"'
            ' where true order by "id", "Kind") r',
        ),
        (
            'public."T""."',
            ("customer_id", "a b"),
            'select row_to_json(r)::text from (select "id", "Kind", "name" from "public"."T""."'
            ' where "customer_id" is null and "a b" is null order by "id", "Kind") r',
        ),
    ],
)
def test_only_what_is_gits_is_read(table, null, expected):
    seed = Seed(SEED.path, table, SEED.key, SEED.owned, null, ())

    assert query(seed, "app").as_string(None) == expected


THERE = {"id": {}, "Kind": {}, "name": {}}


@pytest.mark.parametrize(
    ("columns", "null", "readable", "reason"),
    [
        (THERE, (), True, ""),
        (THERE, (), False, "this role may not read t"),
        (None, (), True, "table t is not here"),
        (None, (), False, "table t is not here"),
        ({"id": {}}, (), True, "table t has no column Kind, name"),
        (THERE, ("owner_id",), True, "table t has no column owner_id"),
    ],
)
def test_why_a_table_cannot_be_compared_is_said(columns, null, readable, reason):
    seed = Seed(SEED.path, "t", SEED.key, SEED.owned, null, ())

    assert absent(seed, columns, readable=readable) == reason


def test_a_number_is_read_as_it_is_written():
    (row,) = parse([('{"a": 0.10, "b": 12345678901234567890.12, "c": true}',)], THERE, "").rows

    assert row == {"a": Decimal("0.10"), "b": Decimal("12345678901234567890.12"), "c": True}
    assert str(row["a"]) == "0.10"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (None, ""),
        (Decimal("1.50"), "1.50"),
        (["a", False], "a, false"),
        (date(2024, 5, 1), "2024-05-01"),
        ({"all": True, "some": None, "deep": {"a": [True]}}, 'all: true\nsome: null\ndeep: {"a": [true]}'),
    ],
)  # fmt: skip
def test_a_table_shows_values_as_the_files_write_them(value, shown):
    assert cell(value) == shown
