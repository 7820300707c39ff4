import pytest

from ops.environment.declared import parse
from ops.environment.observed import EnvFile, names_for_git, read
from ops.environment.places import look
from ops.platform import Binding, Component, Spec
from ops.settings import Sources

CONTRACT = parse("""
# A port.
# @required=everywhere @kind=port
PORT=1025

# A secret.
# @required=everywhere @kind=secret
SECRET=
""")


def row(name, process=None, file=None, *bindings):
    """How a variable stands in the contract, the file, the process and a spec."""
    job = Component("job", "sync", "PRE_DEPLOY", "invoke sync", tuple(bindings), {})
    spec = Spec(".do/app.yaml", "shop", (), (job,))
    sources = Sources(process or {}, file or {}, None)
    return " ".join(look(CONTRACT, sources, [spec], "production").row(name))


def bound(name, value="", scope="", *, secret=False):
    return Binding(name, value, scope, secret)


@pytest.mark.parametrize(
    ("process", "file", "spec", "shown"),
    [
        (None, None, None, "set - - -"),
        (None, None, "587", "set - - set"),
        ("587", None, None, "differs - used -"),
        (None, "1025", None, "same used - -"),
        ("587", "587", "587", "differs same used same"),
        ("587", "25", "1025", "differs differs used differs"),
        (None, "25", "${db.PORT}", "differs used - bound"),
    ],
)
def test_a_value_is_set_beside_the_one_that_is_used(process, file, spec, shown):
    places = [{"PORT": value} if value else {} for value in (process, file)]

    assert row("PORT", *places, *([bound("PORT", spec)] if spec else [])) == shown


@pytest.mark.parametrize(
    ("binding", "shown"),
    [
        (bound("SECRET", secret=True), "secret"),
        (bound("SECRET", "EV[1:a:b]"), "secret"),
        (bound("SECRET", "${x.y}"), "bound"),
        (bound("SECRET", "x", "BUILD_TIME"), "image"),
        (bound("SECRET"), "-"),
        (bound("SECRET", "hush"), "same"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_word(binding, shown):
    assert row("SECRET", {"SECRET": "hush"}, {}, binding) == f"empty - used {shown}"


def test_a_placeholder_is_called_one_wherever_it_stands():
    assert (
        row("SECRET", {"SECRET": "changeme"}, {"SECRET": "hush"}) == "empty differs placeholder -"
    )


def test_what_nobody_declares_has_a_row_too():
    assert row("STRIPE_KEY", {}, {"STRIPE_KEY": "x"}) == "- used - -"


def test_the_places_hold_marks_and_no_value():
    sources = Sources({"PORT": "Zq9"}, {"SECRET": "Zq9"}, None)

    assert "Zq9" not in repr(look(CONTRACT, sources, [], "local"))
    assert "Zq9" not in repr(sources)


# --- the env file by name


def test_the_names_of_the_file_are_known_and_no_value(tmp_path):
    (tmp_path / "prod.env").write_text("A=Zq9\nB=\n")

    file = read(tmp_path, tmp_path / "prod.env")

    assert file == EnvFile("prod.env", ("A",))
    assert names_for_git(file) == (".env", "prod.env")


def test_a_file_outside_of_the_project_is_no_file_of_its_repository(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / ".env").write_text("A=1")

    file = read(tmp_path / "project", tmp_path / ".env")

    assert file.name == str(tmp_path / ".env")
    assert names_for_git(file) == names_for_git(None) == (".env",)
    assert read(tmp_path, None) is None
