"""The documents say what the code does: every name that one of them lists, the other has."""

import json
import re
from pathlib import Path

import pytest
from test_layout import LEVEL

import tasks
from ops import errors, project, verify
from ops.email_queue import declared as queue
from ops.environment import declared as contract
from ops.findings import Dimension, Finding, Outcome, Phase, Place, Report, Result, Verdict
from ops.migrate.declared import DIRECTIVE
from ops.migrate.diff import State
from ops.output import FORMATS
from ops.report import json as report
from ops.repository import VARIABLES
from ops.seed import declared as seeds
from ops.seed.shape import SHAPES, Edited, Surplus
from ops.sync import DANGERS

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
DOCUMENTS = ("README.md", "CHANGELOG.md", *PAGES)
TEXTS = {name: (ROOT / name).read_text("utf-8") for name in DOCUMENTS}
README, CHECKS, REFERENCE, MAP, PROMISES = (
    TEXTS[name]
    for name in (
        "README.md",
        "docs/checks.md",
        "docs/reference.md",
        "docs/architecture.md",
        "docs/reliability.md",
    )
)
CODE = [ROOT / "tasks.py", *sorted((ROOT / "ops").rglob("*.py")), ROOT / "tests/conftest.py"]
SIX = {"invoke", "psycopg[binary]", "yoyo-migrations", "python-dotenv", "PyYAML", "tabulate"}
MADE = {".env", ".venv", ".local"}  # by the commands of the README, not by Git
INVENTED = {"verify.xml"}
VERDICT = Verdict(
    "sync",
    Place("local", "db", 5432, "app", "app@db:5432/app", "15.18", None, "unknown", None),
    Report((Result("schema.drift", Dimension.SCHEMA, Outcome.FAILED, (Finding("s", "m", "h"),)),)),
    elapsed_ms=1,
)
STOPPED = Verdict(
    VERDICT.task,
    VERDICT.place,
    VERDICT.report,
    elapsed_ms=1,
    phases=(Phase("Preflight", Outcome.PASSED, "ok", 1, ("a change",), ("a note",)),),
    applied=("0006.more",),
    seeded={"inserted": 0, "updated": 0, "unchanged": 0, "pruned": 0},
    error="why",
    hint="what to type",
)


def blocks(document, language):
    """The fenced blocks of a document in one language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.DOTALL | re.MULTILINE)


def table(document, *headers):
    """The rows of the table that has these headers, as lists of cells."""
    lines = document.split("\n")
    start = lines.index(f"| {' | '.join(headers)} |") + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def quoted(text):
    """Everything that stands in backticks outside of fenced blocks, a line break as a space."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return {found.replace("\n", " ") for found in re.findall(r"`([^`]+)`", prose)}


def section(document, heading):
    """What stands under a heading of the second level."""
    return document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


# --- names


def test_every_task_is_in_the_readmes_table_and_nothing_else_is():
    rows = table(README, "task", "what it does")
    listed = {word.split()[0] for name, _ in rows for word in re.findall(r"`([^`]+)`", name)}

    names = set(tasks.namespace.task_names)
    aliases = {alias for found in tasks.namespace.task_names.values() for alias in found}
    assert listed == names | aliases


def test_every_option_that_the_readme_gives_to_a_task_is_one():
    for name, _ in table(README, "task", "what it does"):
        for usage in re.findall(r"`([^`]+)`", name):
            task = tasks.namespace[usage.split()[0]]
            flags = (argument.name.replace("_", "-") for argument in task.get_arguments())
            known = {f"--{flag}" for flag in flags}
            assert set(re.findall(r"--[\w-]+", usage)) <= known, usage


def test_every_exit_code_stands_in_the_readme_with_its_meaning():
    drawn = re.findall(r"^  (\w+) +(\d)   (.+)$", errors.__doc__, re.MULTILINE)
    stated = {cells[1]: cells for cells in table(README, "code", "class", "meaning")}

    assert {name for name, _, _ in drawn} == {
        kind.__name__ for kind in errors.OpsError.__subclasses__()
    }
    for name, code, meaning in drawn:
        assert getattr(errors, name).exit_code == int(code)
        assert stated[f"`{name}`"] == [code, f"`{name}`", meaning]


def test_every_check_has_its_entry_and_every_entry_its_check():
    entries = re.findall(r"^### `(\w+\.\w+)`$", CHECKS, re.MULTILINE)

    assert sorted(entries) == sorted(check.name for check in verify.CHECKS)


def test_every_state_of_a_migration_is_explained():
    rows = table(CHECKS, "state", "it means", "`verify`", "`sync`")

    assert {state for state, *_ in rows} == {f"`{s}`" for s in State}


def test_what_verify_does_with_a_state_is_what_the_page_says():
    rows = table(CHECKS, "state", "it means", "`verify`", "`sync`")
    stated = {state.strip("`"): reaction for state, _, reaction, _ in rows}

    for state in State:
        reaction = verify.schema.REACTIONS.get(state)
        assert stated[state] == (reaction[2] if reaction else "nothing"), state


def test_every_outcome_is_explained():
    rows = table(CHECKS, "outcome", "it means")

    assert {outcome for outcome, _ in rows} == {f"`{outcome}`" for outcome in Outcome}


def test_every_variable_of_the_tool_itself_is_in_the_reference():
    pattern = re.compile(r"\b(OPS_[A-Z][A-Z_]+|POSTGRES_BIN)\b")
    read = {name for path in CODE for name in pattern.findall(path.read_text("utf-8"))}
    stated = {name.strip("`") for name, _ in table(REFERENCE, "the tool's own", "what it says")}

    assert read == stated


def test_the_commit_is_looked_for_in_the_order_of_the_reference():
    (sentence,) = re.findall(
        r"The commit is the first of these.*?;\s+then\s+Git", REFERENCE, re.DOTALL
    )

    assert tuple(re.findall(r"`(\w+)`", sentence)) == VARIABLES


def test_everything_that_is_remembered_is_in_the_reference():
    tables = re.findall(
        r"create table (?:if not exists )?ops\.(\w+)", (ROOT / "ops/history.sql").read_text("utf-8")
    )
    text = section(REFERENCE, "What it remembers")

    assert tables
    assert [name for name in tables if f"`{name}`" not in text] == []


def test_every_format_has_its_row():
    rows = table(REFERENCE, "`--format`", "for")

    assert [name for name, _ in rows] == [f"`{f}`" for f in FORMATS]
    assert f"[{', '.join(f'`{f}`' for f in FORMATS[:-1])} or `{FORMATS[-1]}`]" in README


def test_every_danger_has_its_row():
    assert [name for name, _ in table(REFERENCE, "danger", "what it allows")] == [
        f"`{d}`" for d in DANGERS
    ]


def test_every_directive_of_a_migration_has_its_row():
    rows = table(REFERENCE, "line", "what it says")

    (known,) = re.findall(r"\((\w+(?:\|\w+)+)\)", DIRECTIVE.pattern)
    assert [re.findall(r"^`-- (\w+):", line) for line, _ in rows] == [[n] for n in known.split("|")]


def test_every_key_of_parity_toml_has_its_row_with_its_default():
    rows = table(REFERENCE, "key", "default", "what it says")
    stated = {tuple(key.strip("`").split(" ")): default.strip("`") for key, default, _ in rows}

    known = {
        (f"[[{section}]]" if section == "ignore" else f"[{section}]", key)
        for section, keys_ in project.KEYS.items()
        for key in keys_
    }
    assert stated.keys() == known
    ours, mail = project.Project(), project.Email("")
    for section, owner in (("[migrate]", ours), ("[email]", mail), ("[backup]", ours.backup)):
        for key in project.KEYS[section.strip("[]")]:
            if key != "table":
                value = getattr(owner, key)
                assert stated[section, key] in (json.dumps(value), f"{value}"), key


def test_every_part_and_every_policy_of_a_seed_is_in_the_reference():
    text = section(REFERENCE, "System data")
    rows = str(table(text, "in the file", "what a `sync` does"))

    assert [name for name in SHAPES if not re.search(rf"\b{name}\b", text)] == []
    assert [word for word in Edited if f'`edited = "{word}"`' not in rows] == []
    assert [word for word in Surplus if f'`surplus = "{word}"`' not in rows] == []


def test_every_column_of_the_queue_is_in_the_reference():
    assert set(queue.COLUMNS) <= quoted(section(REFERENCE, "E-mail"))


def test_every_decorator_and_every_kind_of_variable_is_in_the_reference():
    rows = table(REFERENCE, "decorator", "what it asks")
    named = {name for cell, _ in rows for name in re.findall(r"@([\w-]+)", cell)}
    kinds = next(text for cell, text in rows if cell == "`@kind=`")

    assert named == set(contract.DECORATORS)
    assert set(re.findall(r"`(\w+)`", kinds)) == set(contract.KINDS)


def the_map():
    (map_,) = [block for block in blocks(MAP, "text") if block.startswith("tasks.py")]
    return map_


def test_the_map_is_in_the_order_of_the_layers():
    areas = re.findall(r"^  (\w+)(?:/|\.py) ", the_map(), re.MULTILINE)

    assert [LEVEL[area] for area in areas] == sorted(LEVEL[area] for area in areas)


def test_every_module_is_on_the_map_and_every_place_on_it_exists():
    map_ = the_map()
    ops = {path.relative_to(ROOT / "ops") for path in (ROOT / "ops").rglob("*.py")}

    folder = dict(re.findall(r"^  (\w+)/ +((?:.+\n)(?: {18}.+\n)*)", map_, re.MULTILINE))
    files = set(re.findall(r"^  (\w+\.py) ", map_, re.MULTILINE))
    assert files == {str(path) for path in ops if len(path.parts) == 1} - {"__init__.py"}
    assert folder.keys() == {path.parts[0] for path in ops if len(path.parts) == 2}
    for path in ops:
        if len(path.parts) == 2 and path.name != "__init__.py":
            assert re.search(rf"\b{path.stem}\b", folder[path.parts[0]]), path


# --- commands and files


def test_the_two_commands_come_first_and_take_one_line_each():
    first, second = README.index("```sh\n"), README.index("\n## ")
    up, test = blocks(README, "sh")[:2]

    assert first < second
    assert up == (
        "python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements-dev.txt"
        " && .venv/bin/invoke up\n"
    )
    assert test == ".venv/bin/invoke test\n"


def test_the_machine_runs_the_same_test_command_on_the_same_requirements():
    script = (ROOT / ".ci/run").read_text("utf-8")

    assert re.search(r"^invoke test$", script, re.MULTILINE)
    assert re.search(r"--requirement requirements-dev\.txt$", script, re.MULTILINE)


def test_every_command_of_the_documents_is_a_task():
    names = {
        *tasks.namespace.task_names,
        *(a for t in tasks.namespace.task_names.values() for a in t),
    }
    for name in DOCUMENTS:
        lines = (line for block in blocks(TEXTS[name], "sh") for line in block.split("\n"))
        for command in {*quoted(TEXTS[name]), *lines}:
            if command.startswith("invoke ") and not command.startswith("invoke --"):
                words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z][\w.]*", word)]
                assert words[0] in names, f"{name}: {command}"


def test_every_file_that_the_documents_name_exists():
    for name in DOCUMENTS:
        text = TEXTS[name]
        words = quoted(text) | {word for block in blocks(text, "sh") for word in block.split()}
        named = {
            word
            for word in words
            if re.fullmatch(r"[\w.-]+/|[\w./-]+\.(py|toml|json|ya?ml|md|txt)", word)
        }
        assert named, name
        for path in named:
            places = (ROOT / path, ROOT / "migrations" / path)
            assert (
                path.split("/")[0] in MADE
                or path in INVENTED
                or any(place.exists() for place in places)
            ), f"{name}: {path}"


def test_the_readme_leads_to_every_page_and_is_short():
    rows = table(README, "to", "read")

    assert sorted(re.findall(r"\]\((docs/[^)]+)\)", str(rows))) == PAGES
    assert len(README.splitlines()) <= 230


def test_every_promise_names_the_tests_that_hold_it():
    tables = re.findall(r"^\| .* \| held by \|\n\|[-|]+\n((?:\|.*\n)+)", PROMISES, re.MULTILINE)
    rows = [row for found in tables for row in found.splitlines()]
    held = [re.findall(r"`(tests/[\w/]+\.py)`", row.rpartition(" | ")[2]) for row in rows]

    assert len(held) > 20
    assert [] not in held
    assert [path for row in held for path in row if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)]+)\)", TEXTS[name]):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target.read_text("utf-8")), link


def anchors(text):
    """The anchors of a page's headings, as they are made from their words."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_names_a_place_on_somebodys_machine(name):
    found = re.findall(r"(?<![\w.:/@])/(?:home|root|tmp|work|opt|usr|Users)\b", TEXTS[name])

    assert found == []


def test_production_installs_the_six_and_each_is_pinned():
    lines = (ROOT / "requirements.txt").read_text("utf-8").split()
    pinned = [re.fullmatch(r"([\w.-]+(?:\[\w+\])?)==\d+(\.\d+)+", line) for line in lines]

    assert all(pinned), lines
    assert {match[1] for match in pinned} == SIX


# --- examples


def keys(value):
    """What a document looks like, without what it says."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return [keys(inner) for inner in value[:1]] if isinstance(value, list) else None


def test_each_screen_ends_with_what_was_not_looked_at():
    told = [" ".join(block.split()) for block in blocks(README, "text") if "PARITY:" in block]

    assert len(told) == 2
    assert all(f"not looked at: {verify.schema.LEFT_OUT};" in screen for screen in told)


def test_the_json_example_is_what_a_report_looks_like():
    verify_document, additions = (json.loads(block) for block in blocks(REFERENCE, "json"))
    made = keys(report.document(VERDICT)) | {"not_looked_at": [None]}

    assert keys(verify_document) == made
    assert keys(report.document(STOPPED)) | {"not_looked_at": [None]} == made | keys(additions)


def test_a_document_of_a_task_that_could_not_look_has_the_same_parts():
    failed = json.loads(report.failure("verify", errors.Unreachable("why", hint="what to type")))

    assert failed.keys() | {"not_looked_at"} == report.document(VERDICT).keys() | {"error"}
    assert (failed["in_parity"], failed["results"]) == (False, [])
    assert failed["error"] == {"message": "why", "hint": "what to type", "exit_code": 3}


def test_the_seed_example_is_one_that_can_be_read(tmp_path):
    (block,) = blocks(REFERENCE, "toml")
    (tmp_path / "roles.toml").write_text(block, "utf-8")

    (seed,) = seeds.read(tmp_path)

    assert (seed.table, seed.null, len(seed.rows)) == ("team_roles", ("customer_id",), 1)
    assert set(re.findall(r"^#? ?(\w+)", block, re.MULTILINE)) >= {"table", "key", "owned", "scope", "every",
                                                                  "files", "placeholders"}  # fmt: skip
