from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from ops.findings import Dimension, Outcome
from ops.report.junit import failure, render
from tests.verdicts import (
    ALL_WELL,
    DIFFERENT,
    DONE,
    NASTY,
    STOPPED,
    UNREACHABLE,
    broken,
    error,
    nasty,
    result,
    verdict,
    warning,
)

AT = datetime(2025, 11, 22, 15, 5, 9, tzinfo=UTC)
COUNTS = ("tests", "failures", "errors", "skipped")


def parsed(text):
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    return ElementTree.fromstring(text.encode("utf-8"))


def document(*results, **rest):
    return parsed(render(verdict(*results, **rest), AT))


def counts(element):
    return tuple(int(element.get(name, 0)) for name in COUNTS)


def case(root, name):
    return root.find(f".//testcase[@name='{name}']")


def test_a_whole_document():
    told = verdict(result(Dimension.SCHEMA, error("table <a>", "x", "do", "1\n2", "3")))

    assert render(told, AT) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="invoke verify" time="1.234" tests="1" failures="1" errors="0">\n'
        '  <testsuite name="schema" tests="1" failures="1" errors="0" skipped="0" timestamp="2025-11-22T15:05:09">\n'
        "    <properties>\n"
        '      <property name="environment" value="production" />\n'
        '      <property name="database" value="app@db-1.internal:25060/app" />\n'
        '      <property name="server" value="PostgreSQL 15.18" />\n'
        '      <property name="code" value="4f1a1a80b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0" />\n'
        '      <property name="deployed" value="4f1a1a80b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0" />\n'
        '      <property name="looked at" value="214 objects, 10 rows, 13 variables, commit 4f1a1a8" />\n'
        "    </properties>\n"
        '    <testcase classname="schema" name="schema.check">\n'
        '      <failure message="1 difference" type="difference">table &lt;a&gt;: x\n'
        "   in Git: 1\n"
        "           2\n"
        "     here: 3\n"
        "-&gt; do</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>"
    )


def test_there_is_a_suite_for_each_dimension_and_a_case_for_each_check():
    root = document(*DIFFERENT)

    assert [(suite.get("name"), counts(suite)) for suite in root] == [
        ("schema", (1, 1, 0, 0)),
        ("data", (1, 1, 0, 0)),
        ("environment", (1, 0, 0, 0)),
        ("code", (1, 0, 0, 0)),
    ]
    assert counts(root) == (4, 2, 0, 0)
    assert [case.get("classname") + "/" + case.get("name") for case in root.iter("testcase")] == [
        "schema/schema.drift", "data/data.seeds", "environment/environment.variables",
        "code/code.check",
    ]  # fmt: skip


def test_a_warning_is_told_and_fails_nothing():
    root = document(result(Dimension.CODE, warning()), result(Dimension.DATA, error(), warning()))

    assert [child.tag for child in case(root, "code.check")] == ["system-out"]
    assert case(root, "code.check")[0].text == "warning: variable A: is not set\n-> set it in .env"
    assert [child.tag for child in case(root, "data.check")] == ["failure", "system-out"]


def test_a_check_that_could_not_look_is_an_error_and_tells_what_it_saw_before():
    skipped = result(Dimension.CODE, outcome=Outcome.SKIPPED, note="nobody asked")
    root = document(broken(Dimension.DATA, "no right", error()), skipped)

    (told,) = case(root, "data.check")
    assert (told.tag, told.get("message")) == ("error", "no right")
    assert told.text == "no right\ntable public.t: missing here\n-> invoke sync"
    assert [child.tag for child in case(root, "code.check")] == ["skipped"]
    assert counts(root) == (2, 0, 1, 0)
    assert [counts(suite) for suite in root] == [(1, 0, 1, 0), (1, 0, 0, 1)]


def test_no_case_has_two_problems_for_servers_read_only_the_first():
    told = document(
        broken("data", "no right", error()), result("code", error(), error(), warning())
    )

    problems = [[c.tag for c in case if c.tag != "system-out"] for case in told.iter("testcase")]
    assert problems == [["error"], ["failure"]]


def test_the_phases_of_a_sync_are_cases_with_their_times():
    root = document(**STOPPED)

    (suite,) = root
    assert (suite.get("name"), counts(suite)) == ("sync", (2, 0, 1, 0))
    assert [(c.get("name"), c.get("time")) for c in suite.iter("testcase")] == [
        ("1 Preflight", "0.061"), ("2 Migrations", "0.410")
    ]  # fmt: skip
    assert case(root, "2 Migrations").find("error").text == (
        "migrations/0006.b.sql:12:8: no such column\nnothing of it remains\n"
        "-> correct it, then: invoke sync"
    )
    assert case(root, "2 Migrations").find("system-out").text == "failed\n0005.a"


def test_a_task_that_delivers_and_does_not_look_has_phases_alone():
    assert [counts(suite) for suite in document(**DONE)] == [(2, 0, 0, 0)]


def test_all_well_has_no_problem_and_nothing_at_all_is_one():
    assert counts(document(*ALL_WELL)) == (4, 0, 0, 0)
    assert counts(document()) == (1, 0, 1, 0)


def test_a_task_that_could_not_look_is_one_case_that_says_why():
    root = parsed(failure("verify", UNREACHABLE, AT))

    assert counts(root) == counts(root[0]) == (1, 0, 1, 0)
    (told,) = case(root, "verify")
    assert (told.tag, told.get("type")) == ("error", "Unreachable")
    assert told.text == "cannot reach <app>\nat 1 | 2\n-> `invoke up` & wait"


@pytest.mark.parametrize("text", NASTY)
def test_any_name_makes_a_document_that_can_be_read(text):
    root = parsed(render(nasty(text), AT))

    texts = [t for e in root.iter() for t in (e.text or "", *e.attrib.values())]
    assert [c for t in texts for c in t if not c.isprintable() and c != "\n"] == []
    assert [suite.tag for suite in root] == ["testsuite"] * 4
    assert len(list(root.iter("testcase"))) == 4
