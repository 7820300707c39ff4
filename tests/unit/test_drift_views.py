"""PostgreSQL 15 and earlier prefix the columns of a view over one relation; later ones do not."""

import pytest

from ops.drift.views import without_needless_prefix


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (" SELECT users.id FROM public.users;", "SELECT id FROM public.users;"),
        (
            " SELECT u.id FROM public.users u WHERE (u.id > 1);",
            "SELECT id FROM public.users u WHERE (id > 1);",
        ),
        ('SELECT "U".id FROM t "U";', 'SELECT id FROM t "U";'),
        ("SELECT x.id FROM ( SELECT t.id FROM t) x;", "SELECT id FROM ( SELECT t.id FROM t) x;"),
        (
            "SELECT g.n FROM generate_series(1, 10) g(n);",
            "SELECT n FROM generate_series(1, 10) g(n);",
        ),
        ("SELECT t.a, 't.a' AS b FROM t;", "SELECT a, 't.a' AS b FROM t;"),
        ("SELECT max(t.a) FROM t GROUP BY t.b;", "SELECT max(a) FROM t GROUP BY b;"),
        ("SELECT t.a, t.b FROM t GROUP BY t.a, t.b;", "SELECT a, b FROM t GROUP BY a, b;"),
        (
            "SELECT DISTINCT ON (t.a) t.b FROM t ORDER BY t.a, t.b DESC;",
            "SELECT DISTINCT ON (a) b FROM t ORDER BY a, b DESC;",
        ),
        (
            "SELECT t.a FROM t TABLESAMPLE bernoulli (10) REPEATABLE (3) ORDER BY t.b;",
            "SELECT a FROM t TABLESAMPLE bernoulli (10) REPEATABLE (3) ORDER BY b;",
        ),
    ],
)
def test_the_one_relation_is_not_named(older, newer):
    assert without_needless_prefix(older) == newer
    assert without_needless_prefix(newer) == newer


@pytest.mark.parametrize(
    "definition",
    [
        "SELECT a.id FROM a, b;",
        "SELECT a.id FROM (a JOIN b ON ((a.id = b.id)));",
        "SELECT a.id FROM a UNION SELECT b.id FROM b;",
        "SELECT 1 AS one;",
        "SELECT id FROM t WHERE (EXISTS ( SELECT 1 FROM o WHERE (o.t = t.id)));",
        "SELECT t.f(1) AS f FROM t;",
    ],
)
def test_all_else_is_left_as_it_is(definition):
    assert without_needless_prefix(definition) == definition
