"""What allows more here than in Git is told from what allows less, and from what came with more."""

import pytest

from ops.drift.declared import Snapshot
from ops.drift.diff import compare

TABLE = {"schema public": {}, "table public.t": {"row_security": True}}
READ = {"grant table public.t to bob": {"privileges": ["select"]}}
PASS_ON = {"grant table public.t to bob": {"privileges": ["select with grant option"]}}
WRITE = {"grant table public.t to bob": {"privileges": ["insert", "select"]}}
CALL = {"grant function public.f() to public": {"privileges": []}}
FUNCTION = {"schema public": {}, "function public.f()": {"body": "x"}}
DEFINER = {"schema public": {}, "function public.f()": {"body": "x", "security_definer": True}}
POLICY = {"policy public.t.p": {"command": "all", "using": "mine"}}
LOOSE = {"policy public.t.p": {"command": "all", "using": "true"}}
STRICT = {"policy public.t.p": {"command": "all", "restrictive": True}}
TRIGGER = {"trigger public.t.g": {"definition": "x"}}
ASLEEP = {"trigger public.t.g": {"definition": "x", "enabled": "disabled"}}
MORE = {"table public.more": {}, "grant table public.more to public": {"privileges": ["select"]}}
DEFAULT = {"grant default for tables to bob": {"privileges": ["select"]}}


def opened(git, here):
    return set(compare(Snapshot(git), here).opened)


@pytest.mark.parametrize(
    ("git", "here", "subject"),
    [
        (TABLE, TABLE | READ, "grant table public.t to bob"),
        (TABLE | READ, TABLE | WRITE, "grant table public.t to bob"),
        (TABLE | READ, TABLE | PASS_ON, "grant table public.t to bob"),
        (TABLE, TABLE | DEFAULT, "grant default for tables to bob"),
        (FUNCTION | CALL, FUNCTION, "grant function public.f() to public"),
        (TABLE, {**TABLE, "table public.t": {}}, "table public.t"),
        (TABLE, {**TABLE, "table public.t": {"row_security": True, "owner": "bob"}}, "table public.t"),
        (FUNCTION, DEFINER, "function public.f()"),
        (TABLE, TABLE | POLICY, "policy public.t.p"),
        (TABLE | POLICY, TABLE | LOOSE, "policy public.t.p"),
        (TABLE | STRICT, TABLE, "policy public.t.p"),
        (TABLE | TRIGGER, TABLE | ASLEEP, "trigger public.t.g"),
    ],
)  # fmt: skip
def test_what_allows_more_here_is_named(git, here, subject):
    assert opened(git, here) == {subject}


@pytest.mark.parametrize(
    ("git", "here"),
    [
        (TABLE, TABLE | MORE),
        (TABLE | READ, TABLE),
        (TABLE | WRITE, TABLE | READ),
        (DEFINER, FUNCTION),
        (TABLE | ASLEEP, TABLE | TRIGGER),
        (TABLE, TABLE | DEFINER),
        (TABLE | POLICY, TABLE),
        (TABLE, TABLE | {"column public.t.x": {"type": "text"}}),
    ],
)
def test_what_allows_less_or_came_with_something_new_is_not(git, here):
    assert opened(git, here) == set()
