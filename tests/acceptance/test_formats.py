"""The same verdict in every format, as it is typed: what reaches stdout, a file, a terminal."""

import json
import os
import pty
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ops.output import FORMATS

DOWN = {"DATABASE_URL": "postgresql://me:hush%20hush@127.0.0.1:1/app"}
FULL = Path("/dev/full")
needs_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="nothing here is always full")
EVIL = '"<script>alert(1)</script> ::error::x"'


def into(stdout, project, *words):
    """A task whose stdout is that file."""
    return subprocess.run(
        project.command(*words),
        cwd=project.folder,
        env=project.env(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def read(format, text):
    """The document as its readers see it; it raises where they would."""
    if format == "junit":
        return ElementTree.fromstring(text)
    if format == "json":
        return json.loads(text)
    if format == "html":
        assert text.startswith("<!doctype html>\n")
        assert text.endswith("</html>\n")
    return text


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_the_same_verdict_on_stdout_and_in_the_file(synced, format):
    in_parity = synced.invoke("verify", "--format", format, "--output", "report")
    synced.execute(f"create table {EVIL} (id int)")
    differs = synced.invoke("verify", "--format", format)

    assert (in_parity.returncode, differs.returncode) == (0, 1)
    assert (in_parity.stderr, differs.stderr) == ("", "")
    assert (synced.folder / "report").read_text("utf-8") == in_parity.stdout
    for done in (in_parity, differs):
        read(format, done.stdout)
        assert "\x1b" not in done.stdout
    assert ("<script>" in differs.stdout) == (format in ("terminal", "json", "github"))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_the_phases_of_a_sync_and_why_it_stopped(project, format):
    done = project.invoke("sync", "--format", format)
    project.migration("0006.bad", "select 1/0;")
    stopped = project.invoke("sync", "--format", format, "--output", "report")

    assert (done.returncode, stopped.returncode) == (0, 6)
    assert "0001.initial-schema" in done.stdout
    assert "0006.bad.sql" in (project.folder / "report").read_text("utf-8")
    assert "0006.bad.sql:1: division by zero" in stopped.stderr
    read(format, done.stdout)
    read(format, stopped.stdout)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("task", ["verify", "sync", "migrate", "seed"])
def test_a_task_that_cannot_look_says_so_in_its_format(project, task, format):
    done = project.invoke(task, "--format", format, "--output", "report", **DOWN)

    told = (project.folder / "report").read_text("utf-8")
    assert done.returncode == 3
    assert "cannot reach me@127.0.0.1:1/app: Connection refused" in told
    assert "error: cannot reach" in done.stderr
    assert told == (done.stdout or told)
    assert bool(done.stdout) is (format != "terminal")
    assert "hush" not in done.stdout + done.stderr + told
    read(format, told)


@pytest.mark.parametrize("format", FORMATS)
def test_a_locale_without_our_letters_changes_nothing(synced, format):
    ascii = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    synced.execute("create table größe (id int)")

    done = synced.invoke("verify", "--format", format, **ascii)

    assert (done.returncode, done.stderr) == (1, "")
    assert "größe" in done.stdout


@pytest.mark.parametrize("format", ["junit", "github", "html"])
def test_a_plan_has_no_form_as_a_verdict_and_nothing_is_looked_at(project, format):
    done = project.invoke("sync", "--plan", "--format", format, **DOWN)

    assert done.returncode == 2
    assert f"a plan is no verdict, and has no form as {format}" in done.stderr
    assert "hint: invoke sync --plan --format json" in done.stderr
    read(format, done.stdout)


def test_the_page_of_a_step_grows_with_each_task_that_tells_github(synced):
    page = synced.folder / "page.md"
    page.write_text("before\n", "utf-8")

    synced.invoke("verify", "--format", "github", GITHUB_STEP_SUMMARY=str(page))
    synced.invoke("verify", GITHUB_STEP_SUMMARY=str(page))
    synced.invoke("verify", "--format", "github", GITHUB_STEP_SUMMARY=str(page), **DOWN)

    lines = page.read_text("utf-8").splitlines()
    assert lines[0] == "before"
    assert [line for line in lines if line.startswith("## ")] == [
        "## ✅ In parity", "## ❌ invoke verify"
    ]  # fmt: skip


def test_a_page_that_cannot_be_written_does_not_change_the_verdict(synced):
    done = synced.invoke("verify", "--format", "github", GITHUB_STEP_SUMMARY="/proc/no/page")

    assert done.returncode == 0
    assert done.stderr == "could not write GITHUB_STEP_SUMMARY: No such file or directory\n"


@needs_a_full_disk
@pytest.mark.parametrize("words", [["verify"], ["sync"], ["sync", "--plan"], ["roles"]])
def test_a_report_that_cannot_be_written_is_not_done(synced, words):
    with FULL.open("w") as full:
        done = into(full, synced, *words)

    assert (done.returncode, done.stderr) == (
        2,
        "could not write stdout: No space left on device\n",
    )


@needs_a_full_disk
def test_a_file_that_cannot_be_written_is_told_and_hides_no_difference(synced):
    full = "could not write /dev/full: No space left on device\n"
    kept = synced.invoke("verify", "--output", "/dev/full")
    facts = synced.invoke("facts", "--output", "/dev/full")
    synced.execute("create table audit (id int)")
    differs = synced.invoke("verify", "--output", "/dev/full")

    assert "IN PARITY" in kept.stdout
    assert (kept.returncode, kept.stderr) == (facts.returncode, facts.stderr) == (2, full)
    assert (differs.returncode, differs.stderr) == (1, full)


def test_a_reader_that_leaves_changes_nothing(project):
    reading, writing = os.pipe()
    os.close(reading)
    done = into(writing, project, "sync")
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")
    assert project.verify().in_parity


def test_a_page_lists_the_last_runs_where_they_may_be_read(synced, make_role):
    told = synced.invoke("verify", "--format", "html").stdout
    synced.execute("revoke select on ops.runs from public")
    other = make_role(
        synced.url,
        "grant usage on schema ops, public to {role}",
        "grant select on all tables in schema public to {role}",
    )
    without = synced.invoke("verify", "--format", "html", DATABASE_URL=other)

    assert "Last runs here" in told
    assert '<td class="short">done, in parity</td>' in told
    assert without.returncode == 1
    assert "Last runs here" not in read("html", without.stdout)


def on_a_terminal(project, *words, **environ):
    """What a person sees who types this."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        project.command(*words),
        cwd=project.folder,
        env=project.env(**({"TERM": "xterm"} | environ)),
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        seen = b""
        while chunk := read_some(ours):
            seen += chunk
    os.close(ours)
    assert process.returncode in (0, 1)
    return seen.decode("utf-8")


def read_some(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the last writer is gone
        return b""


def test_colour_is_for_a_terminal_and_for_nobody_who_declines_it(synced):
    told = on_a_terminal(synced, "verify", "--output", "report")

    assert "\x1b[32mIN PARITY: " in told
    assert "\x1b" not in (synced.folder / "report").read_text("utf-8")
    assert "\x1b[32min parity\x1b[0m" in on_a_terminal(synced, "sync")
    assert "\x1b" not in on_a_terminal(synced, "verify", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(synced, "verify", TERM="dumb")
    assert "\x1b" not in on_a_terminal(synced, "verify", "--format", "github")
