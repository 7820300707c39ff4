"""Which variables the code reads, whatever it is written in, beside those that are declared."""

import pytest

from ops.environment.code import judge_code, read, reads
from ops.environment.declared import parse
from ops.findings import Severity

EXAMPLE = """
# The password of the mail server.
# @required=no @kind=secret
SMTP_PASS=

# Who signs the sessions.
# @required=no @kind=secret
JWT_SECRET=
"""
VARIABLES = parse(EXAMPLE)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("const a = process.env.SMTP_PASS || ''", ["SMTP_PASS"]),
        ("process.env['A_B'], process.env[\"C\"], process.env[`D`]", ["A_B", "C", "D"]),
        ("process.env?.A; process.env?.['B']", ["A", "B"]),
        ("const { A, B: renamed, C = '1',\n  D } = process.env;", ["A", "B", "C", "D"]),
        ("os.environ['A'] + os.environ.get(\"B\") + environ.pop('C', None)", ["A", "B", "C"]),
        ("os.getenv('A'); getenv(\"B\")", ["A", "B"]),
        ('os.Getenv("A"); os.LookupEnv("B")', ["A", "B"]),
        ("env('A'); env.str(\"B\"); env.int( 'C' , 5)", ["A", "B", "C"]),
        ("ENV['A']; ENV.fetch('B')", ["A", "B"]),
        ("process.env; process.environment.A; environ[name]; my_env('A')", []),
        ("const { A } = process.envelope; const { B } = config", []),
    ],
)
def test_a_name_is_found_however_it_is_read(text, names):
    assert [name for name, _ in reads(text)] == names


@pytest.fixture
def looked(tmp_path):
    """`looked({"a.ts": text})`: what is said of these files in a folder beside the project."""

    def look(files, *places):
        for name, text in files.items():
            path = tmp_path / "api" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        (tmp_path / "project").mkdir()
        names = [variable.name for variable in VARIABLES]
        code = read(tmp_path / "project", places or ("../api",), names)
        return {f.subject: f for f in judge_code(VARIABLES, code)}

    return look


def test_what_nothing_reads_is_named_with_its_line(looked):
    told = looked({"a.ts": "send(process.env.SMTP_PASS)"})

    assert [*told] == ["variable JWT_SECRET"]
    finding = told["variable JWT_SECRET"]
    assert finding.message == "is declared, and nothing in ../api reads it"
    assert finding.hint == "remove it from .env.example, line 8, or read it in the code"
    assert finding.severity is Severity.WARNING


def test_a_name_that_stands_there_as_a_word_is_read(looked):
    assert looked({"env.ts": "z.object({ JWT_SECRET: z.string() })", "a.py": "x = 1"}) == {}


def test_a_longer_name_is_another_one(looked):
    assert "variable JWT_SECRET" in looked({"env.ts": "JWT_SECRET_2, OLD_JWT_SECRET"})


def test_what_is_read_and_not_declared_is_named_with_its_place_and_the_one_that_was_meant(looked):
    told = looked({"src/mail.ts": "JWT_SECRET\n\nprocess.env.SMTP_PASSWORD", "b.ts": "JWT_SECRET"})

    assert [*told] == ["variable SMTP_PASSWORD"]
    finding = told["variable SMTP_PASSWORD"]
    assert finding.message == (
        "is read in ../api/src/mail.ts:3, and .env.example does not declare it;"
        " did you mean SMTP_PASS?"
    )
    assert finding.hint == (
        "read SMTP_PASS in ../api/src/mail.ts:3, or declare SMTP_PASSWORD in .env.example"
    )


def test_what_is_like_none_is_to_be_declared(looked):
    (finding,) = looked({"a.py": "JWT_SECRET; os.environ['STRIPE_KEY']"}).values()

    assert finding.hint == "declare STRIPE_KEY in .env.example"


def test_what_every_system_sets_and_what_the_tool_reads_needs_no_declaration(looked):
    text = "JWT_SECRET; process.env.PORT + process.env.NODE_ENV + process.env.OPS_COMMIT"

    assert looked({"a.ts": text}) == {}


@pytest.mark.parametrize("name", ["node_modules/x/a.js", ".next/a.js", "dist/a.js"])
def test_what_was_installed_or_built_is_no_code(looked, name):
    assert [*looked({name: "JWT_SECRET; process.env.OTHER"})] == ["variable JWT_SECRET"]


def test_what_is_no_text_is_no_code(looked):
    assert [*looked({"a.png": b"\0JWT_SECRET"})] == ["variable JWT_SECRET"]


def test_where_a_folder_is_not_here_nothing_is_unread(looked):
    told = looked({"a.ts": "process.env.OTHER"}, "../api", "../web")

    assert [*told] == ["variable OTHER"]


def test_without_folders_nobody_looks(tmp_path):
    assert read(tmp_path, (), ["A"]) is None


def test_a_contract_without_variables_is_looked_at_too(tmp_path):
    assert read(tmp_path, (".",), []).mentioned == frozenset()
