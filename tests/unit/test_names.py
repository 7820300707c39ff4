import pytest

from ops.names import columns, full_name, nearest, split


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("public.users", ("public", "users")),
        ("users", ("users",)),
        ('public.users."customerId"', ("public", "users", "customerId")),
        ('"my schema"."a.b"."c""d"', ("my schema", "a.b", 'c"d')),
        ('größe."Ä€"', ("größe", "Ä€")),
        ('a.""', ("a", "")),
        ("", ()),
    ],
)
def test_a_name_falls_apart_at_its_dots_and_loses_its_quotes(name, parts):
    assert split(name) == parts


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("users", ("app", "users")),
        ("public.users", ("public", "users")),
        ('"a.b"', ("app", "a.b")),
        ('"My Schema"."T"', ("My Schema", "T")),
    ],
)
def test_a_bare_name_is_in_the_schema_of_the_run(name, full):
    assert full_name(name, "app") == full


def test_columns_of_the_own_schema_are_also_found_by_the_bare_name_of_their_table():
    text, whole = {"type": "text"}, {"type": "integer"}
    objects = {
        "table public.users": {},
        "column public.users.id": text,
        'column public.users."customerId"': whole,
        "column audit.users.id": whole,
        "constraint public.users.users_pkey": {},
    }

    assert columns(objects, "public") == {
        "users": {"id": text, "customerId": whole},
        "public.users": {"id": text, "customerId": whole},
        "audit.users": {"id": whole},
    }


def test_columns_of_some_tables_are_found_however_these_are_spelt():
    text = {"type": "text"}
    objects = {
        'column public."o""dd".id': text,
        "column audit.users.id": text,
        "column public.users.id": text,
        "column public.users_old.id": text,
    }

    found = columns(objects, "public", ['"o""dd"', "audit.users"])

    assert found == {'public.o"dd': {"id": text}, 'o"dd': {"id": text}, "audit.users": {"id": text}}


@pytest.mark.parametrize(
    ("word", "words", "meant"),
    [
        ("descripton", ("id", "description"), "description"),
        ("customerid", ("customerId", "customers"), "customerId"),
        ("xyz", ("id", "description"), ""),
        ("id", (), ""),
    ],
)
def test_the_nearest_word_is_named_and_a_distant_one_is_not(word, words, meant):
    assert nearest(word, words) == meant
