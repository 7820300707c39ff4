"""A Prisma production moves over, by the commands that are printed and no others."""

import re
import shlex
import subprocess

import pytest

from tests import prisma
from tests.project import ROOT

STAMP = "2024010{}090000"
FILES = sorted(p for p in (ROOT / "migrations").glob("*.sql") if "rollback" not in p.name)[:4]
EMPTY = "-- This is an empty migration."


def named(number, path):
    words = path.stem.partition(".")[2].replace("-", "_")
    return f"{STAMP.format(number)}_{words}"


@pytest.fixture
def scripts():
    """What a team has: every migration as Prisma keeps it, and one that says nothing."""
    found = {named(number, path): path.read_text() for number, path in enumerate(FILES, 1)}
    first = next(iter(found))
    found[first] = f"BEGIN;\n{found[first]}COMMIT;\n"
    found[f"{STAMP.format(1)}_left_empty"] = EMPTY
    return dict(sorted(found.items()))


@pytest.fixture
def moving(project, scripts):
    """Their project without a history of ours, and their production: all but the last one ran.

    It was released from a Windows checkout.
    """
    for path in (project.folder / "migrations").iterdir():
        path.unlink()
    (project.folder / "migrations").rmdir()
    project.replace("parity.toml", '    "index public.email_queue_failed_idx",\n', "")  # of a fifth
    prisma.folder(project.folder, scripts)
    project.execute(prisma.TABLE.format(schema="public"))
    for name, text in list(scripts.items())[:-1]:
        ran = text.replace("\n", "\r\n")
        project.execute(ran)
        project.execute(prisma.row(name, ran))
    project.execute(
        "insert into customers (id, company, owner, email) values ('c', 'Theirs', 'o', 'e')"
    )
    return project


def commands(done):
    return re.findall(r"^  (.+)$", done.stdout.partition("next:")[2], re.MULTILINE)


def typed(project, command):
    """The command as a person types it."""
    if command.startswith("invoke "):
        return project.invoke(*shlex.split(command)[1:])
    names = {f"GIT_{who}_{what}": "a@b.test" for who in ("AUTHOR", "COMMITTER")
             for what in ("NAME", "EMAIL")}  # fmt: skip
    return subprocess.run(
        command,
        shell=True,
        cwd=project.folder,
        env=project.env(**names),
        capture_output=True,
        text=True,
    )


def written(project):
    folder = project.folder / "migrations"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def remembered(project):
    return project.execute("select * from _prisma_migrations order by started_at")


def test_the_printed_commands_lead_to_parity(moving):
    before = remembered(moving)
    typed(moving, "git init -q -b main && git add -A && git commit -qm theirs")

    told = moving.invoke("adopt.prisma", "prisma/migrations")
    assert (told.returncode, told.stderr) == (0, "")
    assert "edited" not in told.stdout
    assert commands(told)[2:4] == ["invoke migrate.baseline --until 0003", "invoke sync --plan"]
    for command in commands(told):
        done = typed(moving, command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)

    assert "IN PARITY" in done.stdout
    assert "matching table *._prisma_migrations" in " ".join(done.stdout.split())
    assert remembered(moving) == before
    assert moving.execute("select company from customers") == [("Theirs",)]


def test_a_second_adoption_has_nothing_to_write(moving):
    moving.invoke("adopt.prisma", "prisma/migrations")
    before = {p: p.read_bytes() for p in (moving.folder / "migrations").iterdir()}

    again = moving.invoke("adopt.prisma", "prisma/migrations")

    assert again.returncode == 0
    assert "everything is written already" in again.stdout
    assert {p: p.read_bytes() for p in (moving.folder / "migrations").iterdir()} == before


def test_a_plan_says_all_of_it_and_writes_nothing(moving):
    settings = (moving.folder / "parity.toml").read_text()

    told = moving.invoke("adopt.prisma", "prisma/migrations", "--plan")

    assert told.returncode == 0
    assert "would write migrations/0001.initial-schema.sql" in told.stdout
    assert "would write parity.toml" in told.stdout
    assert (written(moving), (moving.folder / "parity.toml").read_text()) == ([], settings)


def test_what_differs_in_production_is_named_by_the_baseline(moving):
    typed(moving, "git init -q -b main")
    moving.execute("create table made_by_push (id int); alter table users drop column name")
    for command in commands(moving.invoke("adopt.prisma", "prisma/migrations"))[:3]:
        done = typed(moving, command)

    assert done.returncode == 5
    assert "table public.made_by_push: not in Git" in done.stderr
    assert "column public.users.name: missing here" in done.stderr


def test_a_failed_migration_is_settled_first(moving, scripts):
    name, text = list(scripts.items())[-1]
    moving.execute(prisma.row(name, text, state="failed", logs="ERROR: because"))

    told = moving.invoke("adopt.prisma", "prisma/migrations")

    assert told.returncode == 1
    assert f"{name}: begun here" in " ".join(told.stdout.split())
    assert "invoke migrate.baseline --until 0003" in commands(told)


def test_one_refused_statement_keeps_all_of_it_from_being_written(moving):
    path = moving.folder / "prisma" / "migrations" / "20240109_more" / "migration.sql"
    path.parent.mkdir()
    path.write_text("CREATE TABLE t (id int);\nROLLBACK;\n")

    told = moving.invoke("adopt.prisma", "prisma/migrations")

    assert told.returncode == 5
    assert "prisma/migrations/20240109_more/migration.sql:2: ROLLBACK" in told.stdout
    assert written(moving) == []


def test_a_history_of_our_own_is_not_mixed_with_prismas(project):
    prisma.folder(project.folder, {"0_init": "CREATE TABLE t (id int);"})

    told = project.invoke("adopt.prisma", "prisma/migrations")

    assert told.returncode == 5
    assert "0001.initial-schema.sql" in told.stderr
    assert "0001.init.sql" not in written(project)


@pytest.mark.parametrize(
    ("url", "code", "names"),
    [("", 0, 5), ("postgresql://nobody@127.0.0.1:1/nothing", 3, 0)],
)
def test_no_database_is_no_obstacle_but_one_that_does_not_answer_is(moving, url, code, names):
    del moving.environ["DATABASE_URL"]
    environ = {"DATABASE_URL": url} if url else {}

    told = moving.invoke("adopt.prisma", "prisma/migrations", **environ)

    assert told.returncode == code
    assert "5 migrations, held against no database" in told.stdout
    assert len(written(moving)) == (names and names - 1)


def test_a_wrong_folder_is_a_mistake_of_the_command_line(moving):
    told = moving.invoke("adopt.prisma", "prisma")

    assert told.returncode == 2
    assert "hint: invoke adopt.prisma prisma/migrations" in told.stderr


def test_a_production_in_a_schema_of_its_own_moves_over(project):
    scripts = {"1_a": "CREATE TABLE a (id int PRIMARY KEY);", "2_b": "CREATE TABLE b (id int);"}
    for name in ("migrations", "seeds", "probes"):
        for path in (project.folder / name).rglob("*.*"):
            path.unlink()
    project.write("parity.toml", "")
    prisma.folder(project.folder, scripts)
    project.execute("create schema app; " + prisma.TABLE.format(schema="app"))
    project.execute("set search_path = app; " + "; ".join(scripts.values()))
    for name, text in scripts.items():
        project.execute(f"set search_path = app; {prisma.row(name, text)}")
    project.environ["DATABASE_URL"] += "?schema=app"

    typed(project, "git init -q -b main")
    for command in commands(project.invoke("adopt.prisma", "prisma/migrations")):
        done = typed(project, command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)

    assert "IN PARITY" in done.stdout
