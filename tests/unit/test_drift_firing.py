"""Triggers fire in the order of their names: then a name is more than a name."""

import pytest

from ops.drift.declared import Snapshot
from ops.drift.diff import compare


def trigger(name, when, each="ROW", table="public.t"):
    return {
        f"trigger {table}.{name}": {
            "definition": f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} "
            "EXECUTE FUNCTION public.f()"
        }
    }


def renamed(*others):
    """What is told when trigger `a` is named `z` here, beside these."""
    rest = {"table public.t": {}, "table public.u": {}}
    for other in others:
        rest |= other
    git, here = (rest | trigger(name, "BEFORE INSERT OR UPDATE OF a, b") for name in "az")
    (found,) = compare(Snapshot(git), here).findings
    return found


def test_alone_it_is_a_name():
    found = renamed()

    assert (found.severity, found.message) == ("warning", "is named z here")


@pytest.mark.parametrize(
    "when",
    ["BEFORE INSERT", "BEFORE UPDATE", "BEFORE DELETE OR UPDATE OF c", "BEFORE INSERT OR DELETE"],
)
def test_beside_one_that_fires_at_the_same_moment_it_is_an_error(when):
    found = renamed(trigger("m", when))

    assert found.severity == "error"
    assert found.message == "is named z here; fires in the order of names with m"
    assert found.hint == "alter trigger z on public.t rename to a;"


@pytest.mark.parametrize(
    "other",
    [
        trigger("m", "AFTER INSERT"),
        trigger("m", "BEFORE DELETE"),
        trigger("m", "BEFORE INSERT", each="STATEMENT"),
        trigger("m", "BEFORE INSERT", table="public.u"),
        trigger("m", "INSTEAD OF INSERT"),
    ],
)
def test_beside_one_that_fires_at_another_it_is_a_name(other):
    assert renamed(other).severity == "warning"
