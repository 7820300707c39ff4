import pytest

from ops import platform
from ops.errors import SettingsError
from ops.platform import loses, read, runs_sync

APP = """
name: shop
envs:
  - {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
  - {key: SMTP_HOST, value: mail.shop.test}
jobs:
  - name: sync
    kind: PRE_DEPLOY
    run_command: invoke sync verify
    envs:
      - {key: SMTP_HOST, value: mail.other.test}
      - {key: SMTP_PORT, value: 0025, scope: RUN_TIME}
      - {key: JWT_SECRET, type: SECRET}
services:
  - name: web
    run_command: gunicorn shop
"""


@pytest.fixture
def written(tmp_path):
    """`written(path, text)`: what is read of the folder once that file is there."""

    def write(path, text):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
        return read(tmp_path)

    return write


# --- what stands where


def test_a_folder_with_neither_file_says_nothing(tmp_path):
    assert read(tmp_path) == platform.Release(None, ())


def test_a_procfile_is_its_commands(written):
    told = written("Procfile", "# release: invoke sync\nrelease:  invoke sync verify \nweb: x: y\n")

    assert told.procfile == {"release": "invoke sync verify", "web": "x: y"}


def test_a_spec_is_its_components_and_what_each_is_given(written):
    (spec,) = written(".do/app.yaml", APP).specs
    job = spec.releasing

    assert (spec.path, spec.app, job.title) == (".do/app.yaml", "shop", "job sync")
    assert [part.title for part in spec.components] == ["service web", "job sync"]
    assert {name: binding.value for name, binding in spec.given(job).items()} == {
        "DATABASE_URL": "${db.DATABASE_URL}",
        "SMTP_HOST": "mail.other.test",  # a component's own before the app's
        "SMTP_PORT": "0025",  # as it is written: a variable is a text
        "JWT_SECRET": "",
    }


@pytest.mark.parametrize(
    ("entry", "is_known", "is_set"),
    [
        ("value: mail", True, True),
        ("value: ''", True, False),
        ("", True, False),
        ("type: SECRET", False, True),
        ("type: SECRET, value: 'EV[1:abc:def]'", False, True),
        ("value: 'EV[1:abc:def]'", False, True),
        ("value: '${db.URL}'", False, True),
        ("value: 'https://${APP_DOMAIN}'", False, True),
        ("value: mail, scope: RUN_AND_BUILD_TIME", True, True),
        ("value: mail, scope: BUILD_TIME", True, False),
        ("type: SECRET, scope: BUILD_TIME", False, False),
    ],
)
def test_what_a_component_will_read_is_known_or_is_not(written, entry, is_known, is_set):
    (spec,) = written(".do/app.yaml", f"envs: [{{key: A, {entry}}}]").specs
    (binding,) = spec.envs

    assert (binding.is_known, binding.is_set) == (is_known, is_set)


def test_a_value_is_in_no_repr(written):
    (spec,) = written(".do/app.yaml", APP).specs

    assert "mail.shop.test" not in repr(spec)


def test_app_yaml_is_a_spec_whatever_it_holds_and_another_file_if_it_has_components(written):
    written(".do/notes.yaml", "hello: world")
    written(".do/worker.yml", "workers: [{name: w}]")

    assert [spec.path for spec in written(".do/app.yaml", "{}").specs] == [
        ".do/app.yaml",
        ".do/worker.yml",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c", ".do/app.yaml:1: not YAML"),
        ("name: x\nenvs:\n  - {key: A, value: *hush}", ".do/app.yaml:3: not YAML"),
        ("- name: x", ".do/app.yaml: not an app spec"),
        ("", ".do/app.yaml: not an app spec"),
        ("jobs: {name: x}", ".do/app.yaml: jobs is not a list of entries"),
        ("envs: [A=hush]", ".do/app.yaml: envs is not a list of entries"),
    ],
)
def test_a_spec_that_is_none_is_refused_and_not_quoted(written, text, said):
    with pytest.raises(SettingsError) as caught:
        written(".do/app.yaml", text)

    assert str(caught.value) == said
    assert caught.value.hint == "doctl apps spec validate .do/app.yaml says what is wrong"


# --- what a command does


@pytest.mark.parametrize(
    "command",
    [
        "invoke sync",
        "invoke sync verify",
        "inv verify sync",
        "invoke sync --allow late",
        "python -m invoke sync",
        ".venv/bin/invoke sync&&invoke verify",
        "cd app && invoke sync",
        "A=b exec invoke sync > log 2>&1",
        "invoke \\\n  sync",
        "# deploys\ninvoke sync",
        "invoke sync  # and verify",
        "invoke sync;",
        "(invoke sync)",
        "sh -c 'invoke sync'",
        "/bin/bash -ec 'invoke sync; invoke verify'",
        "set -e; invoke sync; invoke verify",
        "set -euo pipefail\ninvoke sync | tee log\ninvoke verify",
        "invoke sync || exit 1",
        "invoke sync || exit 1; invoke verify",
        "echo begins; invoke sync",
    ],
)
def test_a_command_that_runs_sync_and_heeds_it(command):
    assert (runs_sync(command), loses(command)) == (True, "")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "invoke verify",
        "invoke migrate",
        "invoke sync --plan",
        "echo invoke sync",
        "echo 'invoke sync'",
        "# invoke sync",
        ": invoke sync",
        "invoke synchronise",
        "cat invoke-sync.md",
        "bash scripts/sync.sh",
        "sync; invoke verify",
        "invoke 'sync",
    ],
)
def test_a_command_that_only_looks_as_if(command):
    assert not runs_sync(command)


@pytest.mark.parametrize(
    ("command", "operator"),
    [
        ("invoke sync || true", "||"),
        ("invoke sync||:", "||"),
        ("(invoke sync)||true", "||"),
        ("invoke sync || exit 0", "||"),
        ("invoke sync && invoke verify || true", "||"),
        ("invoke sync; gunicorn shop", ";"),
        ("invoke sync\ngunicorn shop", ";"),
        ("invoke sync | tee log", "|"),
        ("set -e; invoke sync | tee log", "|"),
        ("set -e; invoke sync || true", "||"),
        ("invoke sync & gunicorn shop", "&"),
        ("sh -c 'invoke sync || true'", "||"),
        ("test -f done || invoke sync", "||"),
    ],
)
def test_a_command_that_goes_on_when_sync_fails(command, operator):
    assert (runs_sync(command), loses(command)) == (True, operator)
