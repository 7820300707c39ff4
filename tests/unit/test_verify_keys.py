"""A key that no index keeps unique is one that nobody can rely on."""

from pathlib import Path

import pytest

from ops.seed.declared import Seed
from ops.verify.keys import indexes_of, keeps

COLUMNS = ("id", "type", "customer_id", "ownerId", "lang", "deleted")


def index(definition, *columns, **more):
    return {
        "index public.i": {
            "table": "public.texts",
            "unique": True,
            "definition": definition,
            "columns": list(columns),
            **more,
        }
    }


def constraint(kind, definition, *columns):
    return {
        "constraint public.texts.c": {
            "type": kind,
            "definition": definition,
            "columns": list(columns),
        }
    }


def is_guarded(objects, key=("type",), null=("customer_id",), table="texts"):
    seed = Seed(Path("seeds/texts.toml"), table, key, (), null, ())
    (indexes,) = indexes_of(objects, "public", [table]).values()
    return any(keeps(seed, found, COLUMNS) for found in indexes)


@pytest.mark.parametrize(
    "objects",
    [
        constraint("primary key", "PRIMARY KEY (type)", "type"),
        constraint("unique", "UNIQUE (type)", "type"),
        constraint(
            "unique", "UNIQUE NULLS NOT DISTINCT (customer_id, type)", "customer_id", "type"
        ),
        index("btree (type)", "type"),
        index("btree (type) WHERE (customer_id IS NULL)", "type"),
        index("btree (customer_id, type) NULLS NOT DISTINCT", "customer_id", "type"),
        index(
            "btree (COALESCE(customer_id, ''::text), type)",
            "COALESCE(customer_id, ''::text)",
            "type",
        ),
        index("btree (lower(type))", "lower(type)"),
    ],
)
def test_an_index_over_the_key_within_the_scope_keeps_it_unique(objects):
    assert is_guarded(objects)


@pytest.mark.parametrize(
    "objects",
    [
        {},
        # two NULLs are two values: the fault that let the same template in again and again
        constraint("unique", "UNIQUE (customer_id, type)", "customer_id", "type"),
        index("btree (customer_id, type)", "customer_id", "type"),
        index("btree (type) WHERE (customer_id IS NOT NULL)", "type"),
        index("btree (type) WHERE (NOT deleted)", "type"),
        index("btree (type) WHERE ((customer_id IS NULL) AND (NOT deleted))", "type"),
        index("btree (type) WHERE ((customer_id IS NULL) OR deleted)", "type"),
        index("btree (type) WHERE (lang IS NULL)", "type"),
        index("btree (type, lang)", "type", "lang"),
        index("btree (lower(customer_id), type)", "lower(customer_id)", "type"),
        index("btree (random())", "random()"),
        index("btree (type)", "type", invalid=True),
        {"index public.i": index("btree (type)", "type")["index public.i"] | {"unique": None}},
        {
            "index public.i": index("btree (type)", "type")["index public.i"]
            | {"table": "app.texts"}
        },
        constraint("check", "CHECK (type <> '')", "type"),
        constraint("foreign key", "FOREIGN KEY (type) REFERENCES public.types(id)", "type"),
    ],
)
def test_any_other_index_does_not(objects):
    assert not is_guarded(objects)


def test_a_key_of_several_columns_and_quoted_names_is_read_as_it_is():
    both = index('btree (lang, type) WHERE ("ownerId" IS NULL)', "lang", "type")
    part = index('btree (lang) WHERE ((customer_id IS NULL) AND ("ownerId" IS NULL))', "lang")

    assert is_guarded(both, key=("type", "lang"), null=("ownerId",))
    assert is_guarded(part, key=("type", "lang"), null=("ownerId", "customer_id"))
    assert not is_guarded(part, key=("type", "lang"), null=("ownerId",))
    assert is_guarded(index('btree ("ownerId")', '"ownerId"'), key=("ownerId",), null=())


def test_a_table_is_found_by_its_bare_name_and_by_its_whole_one():
    assert is_guarded(index("btree (type)", "type"), table="public.texts")
    assert not is_guarded(index("btree (type)", "type"), table="app.texts")
