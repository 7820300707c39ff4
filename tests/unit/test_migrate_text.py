import pytest

from ops.migrate.text import normalised, place, statements, tokens

# -- tokens


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'it''s; -- no comment /* nor this */'", "quoted"),
        ("'ends with a backslash \\'", "quoted"),
        ("E'it\\'s; still the text'", "quoted"),
        ("e'a\\\\'", "quoted"),
        ("E'one'\n  '\\'; two'", "quoted"),
        ("U&'d\\0061t\\+000061;'", "quoted"),
        ('"a;""b--c"', "quoted"),
        ("$$a;b$$", "dollar"),
        ("$f$a $$;$$ $g$;$g$ b$f$", "dollar"),
        ("$größe_1$;$größe_1$", "dollar"),
        ("$f$ $F$; $f$", "dollar"),
        ("-- a ' \" $$ /* ;", "comment"),
        ("/* a /* b */ ; ' $$ */", "block"),
        ("/* never /* ended */ ;", "block"),
        ("größe$1", "word"),
        ("\t \n\r\f", "space"),
        ("1.5e3", "number"),
    ],
)
def test_one_token_is_one_token(text, kind):
    assert [(token.kind, token.text) for token in tokens(text)] == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("'a' ;'b'", ["'a'", " ", ";", "'b'"]),
        ("'\\';'x'", ["'\\'", ";", "'x'"]),  # a plain text knows no escape
        ("name'\\';", ["name", "'\\'", ";"]),  # the e of a word is no prefix
        ("a$b$c", ["a$b$c"]),  # within a word, $ opens nothing
        ("$1;$2", ["$", "1", ";", "$", "2"]),
        ("a--b\nc", ["a", "--b", "\n", "c"]),
        ("a*/*c*/d", ["a", "*", "/*c*/", "d"]),
        ("--/*\n;*/", ["--/*", "\n", ";", "*", "/"]),
        ("$a$;$b$", ["$", "a$", ";", "$", "b$"]),  # never closed: the server says so
    ],
)
def test_a_text_falls_apart_where_postgresql_takes_it_apart(text, parts):
    assert [token.text for token in tokens(text)] == parts


@pytest.mark.parametrize(
    "text", ["'never closed;", '"', "$$", "$x$ $y$", "E'\\'", "\x00\ufeff€", ""]
)
def test_no_character_is_lost_and_every_start_is_right(text):
    found = list(tokens(text))

    assert "".join(token.text for token in found) == text
    assert all(text.startswith(token.text, token.start) for token in found)


# -- what a text says, apart from its layout


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select 1", "  select\t\n1  "),
        ("select 1", "-- Copyright\n\nselect /* one */ 1 -- the end"),
        ("select 1, 2;", "select 1 -- one\n , 2 ;\n"),
        ("create table t(a int);", "create table t (\n    a int\n);"),
        ("a/**/b", "a b"),
        ("a/* /* */ ; */b", "a\nb"),
    ],
)
def test_comments_and_white_space_say_nothing(left, right):
    assert normalised(left) == normalised(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select 'a  b'", "select 'a b'"),
        ("select 'a -- b'", "select 'a'"),
        ("do $$a\n$$", "do $$a$$"),
        ('select "a, b"', 'select "a,b"'),
        ("select '( a )'", "select '(a)'"),
        ("select a b", "select ab"),
        ("select 1 - -1", "select 1 --1"),
        ("select a <= b", "select a < = b"),
        ("select A", "select a"),
        ("select e'a'", "select e 'a'"),
    ],
)
def test_what_may_mean_something_else_is_something_else(left, right):
    assert normalised(left) != normalised(right)


# -- statements

ATOMIC = """create function f(a int) returns int begin atomic
    select case when a > 1 then case a when 2 then 3 end else 4 end;
    select 5;
end"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" ;; ;\n;", 0),
        ("-- select 1;\n/* select 2; */", 0),
        ("select 1", 1),
        ("select 1;", 1),
        ("select 1; -- the end;", 1),
        ("select 1;select 2", 2),
        ("select ';', E'\\';', $$;$$, $a$;$$;$a$, \";\" /* ; /* ; */ ; */ -- ;\n, 1", 1),
        (ATOMIC, 1),
        (f"{ATOMIC}; select 6;", 2),
        (
            f"{ATOMIC.replace('begin atomic', 'BEGIN /* ; */ ATOMIC').replace('end', 'END')}; select",
            2,
        ),
        ("select (select 1 as end); select 2", 2),  # an end that ends nothing
        ("begin; select case when true then 1 end; end;", 3),
        (
            "create rule r as on insert to t do (insert into a values (1); insert into b values (2));",
            1,
        ),
        ("select 1); select 2", 2),
    ],
)
def test_statements_are_counted_as_the_server_counts_them(text, count):
    assert len(statements(text)) == count


def test_a_statement_begins_at_its_first_word_not_at_its_comment():
    text = "-- one\nselect 1;\n\n/* two */ Commit ;"

    first, second = statements(text)

    assert (text[first.start :][:6], place(text, first.start)) == ("select", (2, 1))
    assert (second.words, place(text, second.start)) == (("commit",), (4, 11))


def test_quoted_text_is_no_word():
    (statement,) = statements("Comment on t is 'COMMIT'; -- COMMIT")

    assert statement.words == ("comment", "on", "t", "is", "'")


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("abc", 0, (1, 1)),
        ("abc", 2, (1, 3)),
        ("a\nbc", 2, (2, 1)),
        ("ä\n€x", 3, (2, 2)),
        ("a\n", 2, (2, 1)),
    ],
)
def test_a_place_is_a_line_and_a_column_from_one(text, offset, expected):
    assert place(text, offset) == expected
