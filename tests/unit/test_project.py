import pytest

from ops.errors import SettingsError
from ops.project import Backup, Email, Project, read

FULL = """
[migrate]
lock_wait = 1.5
lock_timeout = "250ms"
statement_timeout = "0"
[system]
name = "Notification system"
parts = ["table public.notifications", "row notification_templates team_invitation"]
[[ignore]]
pattern = "table public.audit_*"
reason = "owned by the audit service"
[client]
path = "client/tables.py"
[environment]
code = ["../api"]

[backup]
folder = "backups"
required = "destructive"
[verify]
readers = ["auditor"]
[email]
table = 'post."Out box"'
stuck_after = 1000
"""


@pytest.fixture
def project(tmp_path):
    def write(text):
        path = tmp_path / "parity.toml"
        path.write_text(text)
        return path

    return write


def test_without_a_file_the_defaults_hold(tmp_path):
    assert read(tmp_path / "parity.toml") == Project(60, "5s", "15min", "", (), ())


def test_an_empty_file_says_the_same_as_none(project):
    assert read(project("")) == Project()


def test_everything_that_can_be_said_is_read(project):
    assert read(project(FULL)) == Project(
        lock_wait=1.5,
        lock_timeout="250ms",
        statement_timeout="0",
        system_name="Notification system",
        system_parts=(
            "table public.notifications",
            "row notification_templates team_invitation",
        ),
        ignore=(("table public.audit_*", "owned by the audit service"),),
        client="client/tables.py",
        backup=Backup("backups", "destructive"),
        code=("../api",),
        email=Email('post."Out box"', stuck_after=1000, late_after=900),
        readers=("auditor",),
    )


A_TIME = 'a time in quotes with its unit, such as "5s" or "15min"'
A_FILE = 'a .py file of the application, such as "client/tables.py"'
SECONDS = "must be a number of seconds, 0 or more"
LEASE = "must be a number of seconds, 900 or more"
SUBJECTS = 'a list of subjects such as "table public.orders"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[migrat]", "migrat is unknown"),
        ("[migrate]\nlock_wiat = 1", "[migrate] lock_wiat is unknown"),
        ("migrate = 1", "migrate must be a table, [migrate]"),
        (
            "[migrate]\nlock_wait = true",
            "[migrate] lock_wait must be a number of seconds, 0 or more",
        ),
        ("[migrate]\nlock_wait = -1", "[migrate] lock_wait must be a number of seconds, 0 or more"),
        ("[migrate]\nlock_timeout = 5", f"[migrate] lock_timeout must be {A_TIME}"),
        ('[migrate]\nlock_timeout = "5"', f"[migrate] lock_timeout must be {A_TIME}"),
        ("[system]\nparts = []", "[system] name must be a text that is not empty"),
        ('[system]\nname = "x"\nparts = "y"', f"[system] parts must be {SUBJECTS}"),
        ('[system]\nname = "x"\nparts = ["users"]', f"[system] parts must be {SUBJECTS}"),
        ('[ignore]\npattern = "x"', "ignore must be a list of tables, [[ignore]]"),
        ("ignore = [1]", "ignore must be a table, [ignore]"),
        ('[[ignore]]\npattern = "x"', "[[ignore]] 1 reason must be a text that is not empty"),
        ('[[ignore]]\nreason = "x"', "[[ignore]] 1 pattern must be a text that is not empty"),
        ('[[ignore]]\nwhy = "x"', "[[ignore]] 1 why is unknown"),
        ("[email]", "[email] table must be a text that is not empty"),
        ('[email]\ntable = "."', "[email] table must be TABLE or SCHEMA.TABLE"),
        ('[email]\ntable = "a.b.c"', "[email] table must be TABLE or SCHEMA.TABLE"),
        ('[email]\ntable = "t"\nstuck_after = 899', f"[email] stuck_after {LEASE}"),
        ('[email]\ntable = "t"\nlate_after = "1h"', f"[email] late_after {SECONDS}"),
        ('[email]\ntable = "t"\nretries = 3', "[email] retries is unknown"),
        ("[backup]\nfolder = 1", "[backup] folder must be a text that is not empty"),
        ('[backup]\nrequired = "always"', '[backup] required must be "never" or "destructive"'),
        ("[backup]\nkeep = 3", "[backup] keep is unknown"),
        ("backup = 3", "backup must be a table, [backup]"),
        ("[verify]\nreaders = 'x'", '[verify] readers must be a list of roles such as "auditor"'),
        (
            '[environment]\ncode = "src"',
            '[environment] code must be a list of folders such as "../api/src"',
        ),
        ("[client]", "[client] path must be a text that is not empty"),
        ('[client]\npath = "tables"', f"[client] path must be {A_FILE}"),
        ('[client]\npath = "/srv/tables.py"', f"[client] path must be {A_FILE}"),
        ('[client]\npath = "../tables.py"', f"[client] path must be {A_FILE}"),
        ('[client]\npath = "migrations/tables.py"', f"[client] path must be {A_FILE}"),
    ],
)
def test_what_is_not_understood_is_refused(project, text, message):
    path = project(text)

    with pytest.raises(SettingsError) as caught:
        read(path)

    place, _, said = str(caught.value).partition(": ")
    what = said.partition(" must be ")[0].partition(" is ")[0].split()[-1]
    line = next((n for n, line in enumerate(text.splitlines(), 1) if what in line), 1)
    assert (place, said) == (f"{path}:{line}", message)
    assert caught.value.hint.startswith(("write ", "use "))


def test_the_hint_says_what_was_probably_meant(project):
    with pytest.raises(SettingsError) as caught:
        read(project("[migrate]\nlock_wiat = 1"))

    assert caught.value.hint == "write lock_wait instead"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n\n[migrate", "3:9"),
        ("[migrate]\nlock_wait = \n", "2:13"),
        ("a = 1\na = 2\n", "2:6"),
    ],
)
def test_a_mistake_in_the_toml_has_its_place(project, text, place):
    path = project(text)

    with pytest.raises(SettingsError) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert caught.value.hint == (
        'correct it there: name = value, with text in "", lists in [], true or false in small'
        " letters"
    )


def test_the_second_of_several_tables_is_told_by_its_own_line(project):
    path = project("# [[ignore]]\n" + '[[ignore]]\npattern = "x"\nreason = "y"\n' * 2 + "why = 1\n")

    with pytest.raises(SettingsError, match=rf"^{path}:8: \[\[ignore\]\] 2 why is unknown$"):
        read(path)


def test_what_is_missing_is_told_at_the_head_of_its_table_with_what_to_write(project):
    path = project("\n[client]\n")

    with pytest.raises(SettingsError, match=rf"^{path}:2: ") as caught:
        read(path)

    assert caught.value.hint == 'write path = "client/tables.py"'
