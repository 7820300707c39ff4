"""What the platforms read: the release phase, and an app spec that keeps the environment contract."""

import json
import re
from pathlib import Path

import pytest
import yaml

from ops import platform, project
from ops.environment import declared as contract
from ops.environment.spec import judge_spec
from ops.seed import declared as seeds
from ops.seed.declared import label
from ops.verify.release import faults

ROOT = Path(__file__).parents[1]
SPEC = yaml.safe_load((ROOT / ".do/app.yaml").read_text("utf-8"))
VARIABLES = {variable.name: variable for variable in contract.read(ROOT / ".env.example")}
COMPONENTS = [*SPEC["jobs"], *SPEC["services"]]
SCOPES = {"RUN_TIME", "BUILD_TIME", "RUN_AND_BUILD_TIME"}
BOUND = re.compile(r"\$\{(\w+)\.\w+\}")


def bindings():
    """Every variable of the spec, those of the app and those of each component."""
    return [entry for holder in (SPEC, *COMPONENTS) for entry in holder.get("envs", ())]


def declared_for(component):
    """What a component gets: its own variables and the app's."""
    return {entry["key"] for holder in (SPEC, component) for entry in holder.get("envs", ())}


def named(entries):
    return pytest.mark.parametrize(
        "entry", entries, ids=[entry.get("key", entry.get("name")) for entry in entries]
    )


def test_the_procfile_has_the_release_line_and_no_other_command():
    assert (ROOT / "Procfile").read_text("utf-8") == "release: invoke sync verify\n"


def test_verify_has_nothing_to_say_of_either():
    release = platform.read(ROOT)
    (spec,) = release.specs

    assert list(faults(release)) == []
    assert list(judge_spec(spec, tuple(VARIABLES.values()), {}, "local")) == []
    assert {
        finding.message for finding in judge_spec(spec, tuple(VARIABLES.values()), {}, "production")
    } == {".do/app.yaml: names a domain that exists for examples only"}


def test_one_job_runs_the_same_command_before_each_deploy():
    before = [job for job in SPEC["jobs"] if job["kind"] == "PRE_DEPLOY"]

    assert [job["run_command"] for job in before] == ["invoke sync verify"]


def test_a_killed_job_has_time_to_roll_back():
    (job,) = (job for job in SPEC["jobs"] if job["kind"] == "PRE_DEPLOY")

    assert job["termination"]["grace_period_seconds"] >= 30


@named(COMPONENTS)
def test_a_component_has_every_variable_that_is_required_somewhere(entry):
    required = {name for name, variable in VARIABLES.items() if variable.required}

    assert required <= declared_for(entry)


@named(COMPONENTS)
def test_a_component_is_bound_to_its_own_commit(entry):
    own = [e for e in entry["envs"] if e["key"] == "COMMIT_HASH"]

    assert [e["value"] for e in own] == ["${_self.COMMIT_HASH}"]


@named(bindings())
def test_a_variable_of_the_spec_is_declared_in_git(entry):
    assert entry["key"] in VARIABLES


@pytest.mark.parametrize("holder", [SPEC, *COMPONENTS], ids=lambda holder: holder["name"])
def test_no_variable_is_set_twice_in_one_place(holder):
    names = [entry["key"] for entry in holder["envs"]]

    assert len(names) == len(set(names))


@named(bindings())
def test_a_variable_has_a_known_scope_and_type(entry):
    assert entry["scope"] in SCOPES
    assert entry["type"] in {"GENERAL", "SECRET"}


@named(bindings())
def test_a_secret_is_a_secret_and_has_no_value_in_git(entry):
    variable = VARIABLES[entry["key"]]
    reference = BOUND.fullmatch(entry.get("value", "")) is not None

    if variable.is_secret and not reference:
        assert entry["type"] == "SECRET"
    if entry["type"] == "SECRET":
        assert "value" not in entry


@named(bindings())
def test_what_the_database_gives_is_not_asked_for_at_build_time(entry):
    databases = {database["name"] for database in SPEC["databases"]}

    if databases & set(BOUND.findall(entry.get("value", ""))):
        assert entry["scope"] == "RUN_TIME"


@named([entry for entry in bindings() if BOUND.search(entry.get("value", ""))])
def test_a_reference_leads_to_a_database_of_the_spec_or_to_the_component(entry):
    known = {database["name"] for database in SPEC["databases"]} | {"_self"}

    assert set(BOUND.findall(entry["value"])) <= known


def test_production_is_called_production():
    (entry,) = (entry for entry in SPEC["envs"] if entry["key"] == "APP_ENV")

    assert entry["value"] == "production"


def test_every_part_of_the_declared_feature_is_made_by_a_migration_or_a_seed():
    objects = json.loads((ROOT / "migrations/schema.json").read_text("utf-8"))["objects"]
    rows = {
        f"row {seed.table} {label(row.key)}"
        for seed in seeds.read(ROOT / "seeds")
        for row in seed.rows
    }
    parts = project.read(ROOT / "parity.toml").system_parts

    assert parts
    assert [part for part in parts if part not in objects and part not in rows] == []
