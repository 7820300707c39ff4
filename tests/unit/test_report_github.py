import re

import pytest

from ops.findings import Dimension, Finding, Severity
from ops.report.github import annotations, failed, failure, render, summary
from tests.verdicts import (
    ALL_WELL,
    DIFFERENT,
    DONE,
    LOOKED_AT,
    NASTY,
    STOPPED,
    UNREACHABLE,
    broken,
    error,
    nasty,
    result,
    verdict,
)


def finding(message, severity=Severity.ERROR):
    return Finding("migration 0005.x", message, "do this", severity=severity)


def told(*findings):
    return annotations(findings, "invoke check")


# -- annotations


def test_an_annotation_stands_where_its_message_points():
    assert told(finding("migrations/0005.x.sql:12:3: wrong")) == (
        "::error title=migration 0005.x,file=migrations/0005.x.sql,line=12,col=3::wrong%0A-> do this"
    )
    assert told(finding("migrations/0005.x.sql: wrong")) == (
        "::error title=migration 0005.x,file=migrations/0005.x.sql::wrong%0A-> do this"
    )
    assert told(finding("not compared with main: why")) == (
        "::error title=migration 0005.x::not compared with main: why%0A-> do this"
    )


def test_no_text_can_end_the_command_or_begin_another():
    found = Finding("table a:b,c", "100 %\r\n::error::mine", "x")

    assert told(found) == "::error title=table a%3Ab%2Cc::100 %25%0D%0A::error::mine%0A-> x"


def test_the_worst_come_first_and_the_rest_is_counted():
    many = [finding(f"w{n}", Severity.WARNING) for n in range(10)] + [
        finding("worst"),
        finding("bad"),
    ]
    lines = told(*many).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 2 + ["::warning"] * 8 + [
        "::notice::and"
    ]
    assert lines[-1] == "::notice::and 2 more: invoke check"
    assert told() == ""


# -- the log of a step


def test_a_verdict_in_parity_is_one_line():
    assert render(verdict(*ALL_WELL)) == f"IN PARITY: {LOOKED_AT}"


def test_differences_are_annotations_beneath_the_verdict():
    assert render(verdict(*DIFFERENT, broken(Dimension.CODE, "no right"))) == (
        "NOT IN PARITY: 2 differences, 1 check could not look, 1 warning\n"
        "::error title=check code.check::could not look: no right\n"
        "::error title=column public.team.limit::numeric(15,2) in Git, integer here"
        "%0A-> invoke schema.diff --sql\n"
        "::error title=row team a::limit: 50 in Git, 5 here%0A-> invoke seed\n"
        "::warning title=variable A::is not set%0A-> set it in .env"
    )


def test_a_run_that_was_stopped_tells_its_phases_and_points_into_the_file():
    assert render(verdict(**STOPPED)) == (
        "STOPPED: phase 2 Migrations failed\n"
        "1  Preflight: ok, 0.06 s\n"
        "2  Migrations: failed, 0.41 s\n"
        "   - 0005.a\n"
        "::error title=invoke sync,file=migrations/0006.b.sql,line=12,col=8::"
        "no such column%0Anothing of it remains%0A-> correct it, then: invoke sync"
    )


def test_a_task_that_could_not_look_is_one_annotation():
    assert failure("verify", UNREACHABLE) == (
        "::error title=invoke verify::cannot reach <app>%0Aat 1 | 2%0A-> `invoke up` & wait"
    )


@pytest.mark.parametrize("text", NASTY)
def test_no_name_makes_a_command_of_its_own(text):
    commands, plain = [], []
    for line in re.split(r"[\n\r\x85\u2028\u2029]", render(nasty(text))):
        (commands if line.lstrip().startswith("::") else plain).append(line)

    assert len(commands) == 6  # why it stopped, two that could not look, three findings
    assert all(re.match(r"::(error|warning) title=[^:,]*(,file=[^:,]*)?::", c) for c in commands)
    assert [line for line in plain if "##[" in line] == []


# -- the page of a step


def test_the_page_tells_the_dimensions_and_every_difference():
    assert summary(verdict(*DIFFERENT, left_out=("table a_* (theirs)",))) == (
        "## ❌ Not in parity\n"
        "\n"
        "2 differences\\, 1 warning  \n"
        "production · app\\@db\\-1\\.internal\\:25060\\/app · PostgreSQL 15\\.18"
        " · commit 4f1a1a8 \\(COMMIT\\_HASH\\)\n"
        "\n"
        "| dimension | |\n"
        "|---|---|\n"
        "| schema | ❌ 1 difference |\n"
        "| data | ❌ 1 difference |\n"
        "| code | ✅ in parity |\n"
        "| environment | ⚠️ 1 warning |\n"
        "\n"
        "| what | | what to type |\n"
        "|---|---|---|\n"
        "| ❌ <code>column public\\.team\\.limit</code> | numeric\\(15\\,2\\) in Git\\, integer here"
        " | <code>invoke schema\\.diff \\-\\-sql</code> |\n"
        "| ❌ <code>row team a</code> | limit\\: 50 in Git\\, 5 here | <code>invoke seed</code> |\n"
        "| ⚠️ <code>variable A</code> | is not set | <code>set it in \\.env</code> |\n"
        "\n"
        "Not looked at: table a\\_\\* \\(theirs\\)\n"
    )


def test_the_page_of_a_run_tells_its_phases():
    page = summary(verdict(**STOPPED))

    assert page.startswith("## ❌ Stopped\n\nphase 2 Migrations failed  \n")
    assert "| 1 Preflight | ✅ ok | 0.06 | direct connection |\n" in page
    assert "| 2 Migrations | ❌ failed | 0.41 | 0005\\.a |\n" in page
    assert "| dimension |" not in page
    assert summary(verdict(**DONE)).startswith("## ✅ Done\n\n1 migration applied")


def test_the_page_of_a_task_that_could_not_look():
    assert failed("verify", UNREACHABLE) == (
        "## ❌ invoke verify\n\ncannot reach \\<app\\><br>at 1 \\| 2\n\n→ \\`invoke up\\` \\& wait\n"
    )


def test_a_page_stays_small_enough_to_be_shown():
    many = verdict(result(Dimension.SCHEMA, *(error(f"t{n}", "x" * 9999) for n in range(900))))

    page = summary(many)

    assert page.count("| ❌ <code>") == 100
    assert "800 rows more: invoke verify" in page
    assert len(page.encode()) < 2**20


@pytest.mark.parametrize("text", NASTY)
def test_no_name_can_mean_anything_in_markdown(text):
    page = summary(nasty(text))

    ours = re.sub(r"\\[!-/:-@\[-`{-~]", "", page)  # an escaped mark means itself
    assert {*re.findall(r"<[^>]*>", ours)} <= {"<code>", "</code>", "<br>"}
    rows = [line for line in ours.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} <= {3, 4, 5}
    assert re.findall(r"[`*_\[\]$~@]", ours) == []
    assert [c for c in page if not c.isprintable() and c not in "\n\ufe0f"] == []
