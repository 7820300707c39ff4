import pytest

from ops.sequences import Counter, parse, queries, read


def counter(next=None, furthest=None, step=1, unread=""):
    return Counter("public.t_id_seq", "public.t", "id", step, unread, next, furthest)


@pytest.mark.parametrize(
    ("next", "furthest", "step", "behind"),
    [
        (43, 42, 1, False),
        (42, 42, 1, True),
        (1, 42, 10, True),
        (1, None, 1, False),  # no row
        (-43, -42, -1, False),
        (-42, -42, -1, True),
        (-1, -42, -1, True),
        (None, 42, 1, False),  # nobody looked
    ],
)
def test_a_sequence_is_behind_when_its_next_value_is_not_beyond_the_furthest(
    next, furthest, step, behind
):
    assert counter(next, furthest, step).is_behind == behind


def test_only_what_may_be_read_is_asked_for():
    (query,) = queries([counter(unread="may not read it"), counter(step=-5)])

    assert query.as_string(None) == (
        "select 1, last_value::numeric + case when is_called then  -5 else 0 end,"
        ' (select min("id")::numeric from "public"."t") from "public"."t_id_seq"'
    )
    assert list(queries([counter(unread="may not read it")])) == []


def test_a_great_many_are_asked_for_in_some_statements():
    assert len(list(queries([counter()] * 60))) == 3


def test_more_than_the_server_has_locks_for_are_not_read():
    row = ("public.s", "public.t", "id", 1)
    rows = [(*row, "", 2), (*row, "may not read it", 2), (*row, "", 2), (*row, "", 2)]

    assert [found.unread for found in parse(rows)] == [
        "",
        "may not read it",
        "",
        "looks at no more than 2",
    ]


def test_an_answer_finds_its_sequence_and_the_others_stay_unknown():
    first, second = read([counter(unread="may not read it"), counter()], [(1, 8, None)])

    assert (first.next, second.next, second.furthest) == (None, 8, None)
