"""The snapshot file: written one object a line, read back as it was, refused when it is not ours."""

import json
from dataclasses import replace

import pytest

from ops.drift.declared import Snapshot, evolve, read, render
from ops.errors import SettingsError

COLUMN = {"type": "text", "not_null": True}
SNAPSHOT = Snapshot(
    objects={
        "table public.b": {},
        'column public.b."é ""x"""': COLUMN,
        "table public.a": {"row_security": True},
    },
    since={"table public.b": "0002.b", "table public.a": "0001.a"},
    dropped={"table public.gone": "0003.gone"},
)
TEXT = """\
{"version": 1,
"objects": {
"column public.b.\\"é \\"\\"x\\"\\"\\"": {"type": "text", "not_null": true},
"table public.a": {"since": "0001.a", "row_security": true},
"table public.b": {"since": "0002.b"}
},
"dropped": {
"table public.gone": "0003.gone"
}}
"""


def test_one_object_a_line_sorted():
    assert render(SNAPSHOT) == TEXT
    assert json.loads(TEXT)["version"] == 1


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(render(SNAPSHOT), "utf-8")

    assert read(path) == replace(SNAPSHOT, text=TEXT)


def test_an_empty_schema_can_be_written_and_read(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(render(Snapshot({})), "utf-8")

    assert read(path) == Snapshot({}, text=path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "does not exist"),
        ('{"version": 1,\n<<<<<<< HEAD\n', "cannot be read: Expecting property name"),
        ("[]", "is not in format 1"),
        ('{"version": 2, "objects": {}, "dropped": {}}', "is not in format 1"),
        ('{"version": 1, "objects": {}}', "lacks its objects, or one is not an object"),
        ('{"version": 1, "objects": {"table a": 1}, "dropped": {}}', "or one is not an object"),
    ],
)
def test_anything_else_is_refused(tmp_path, text, message):
    path = tmp_path / "schema.json"
    if text is not None:
        path.write_text(text, "utf-8")

    with pytest.raises(SettingsError, match=message) as caught:
        read(path)

    assert caught.value.hint == "invoke schema.snapshot"


def test_history_knows_who_changed_and_who_dropped():
    snapshot = evolve(
        [
            ("0001", {"table a": {}, "table b": {}, "table c": {}}),
            ("0002", {"table a": {"unlogged": True}, "table b": {}}),
            ("0003", {"table a": {"unlogged": True}}),
            ("0004", {"table a": {"unlogged": True}, "table c": {}}),
        ]
    )

    assert snapshot.objects == {"table a": {"unlogged": True}, "table c": {}}
    assert snapshot.since == {"table a": "0002", "table c": "0004"}
    assert snapshot.dropped == {"table b": "0003"}


def test_no_migrations_make_an_empty_schema():
    assert evolve([]) == Snapshot({})
