"""The connection is lost at each message of a run: the next run ends in the same place."""

import shutil
import socket
import subprocess
import time
from urllib.parse import urlsplit

import pytest
from roundtrips import counting

from ops.errors import OpsError, Refused, Unreachable

MESSAGES = (
    17  # of a sync that has everything to do: lock, look (2), prepare, record, migrations, ...
)


def test_a_first_sync_takes_as_many_messages_as_are_tried_below(project):
    with counting(project.url) as counted:
        project.environ["DATABASE_URL"] = counted.url
        project.sync()

    assert len(counted.queries) <= MESSAGES + 4


@pytest.mark.parametrize("heard", [False, True], ids=["unheard", "unanswered"])
@pytest.mark.parametrize("number", range(1, MESSAGES + 5))
def test_a_lost_connection_at_any_message_heals_by_running_again(project, number, heard):
    with counting(project.url) as counted:
        project.environ["DATABASE_URL"] = counted.url
        counted.cut_at, counted.deliver = number, heard
        try:
            lost = project.sync().error
        except OpsError as error:
            lost = error
    assert lost is None or isinstance(lost, Unreachable)
    assert len(counted.queries) == number or lost is None
    project.environ["DATABASE_URL"] = project.url

    done = project.sync(wait=5)

    assert done.error is None
    assert done.report.in_parity
    assert (
        project.execute(
            "select migration_id, count(*) from _yoyo_log group by 1 having count(*) > 1"
        )
        == []
    )


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def pooler(synced, tmp_path_factory):
    """A real PgBouncer in front of the database, in the mode that is asked for."""
    if not shutil.which("pgbouncer"):
        pytest.skip("pgbouncer is not installed")
    parts = urlsplit(synced.url)
    folder = tmp_path_factory.mktemp("pgbouncer")
    started = []

    def start(mode):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        password = f" password={parts.password}" if parts.password else ""
        (folder / "ini").write_text(
            f"[databases]\n* = host={parts.hostname} port={parts.port or 5432} user=postgres{password}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            f"pool_mode = {mode}\nunix_socket_dir =\nuser = nobody\n"
        )
        started.append(
            subprocess.Popen(["pgbouncer", "-q", folder / "ini"], stderr=subprocess.DEVNULL)
        )
        deadline = time.monotonic() + 20
        while not answers(port):
            assert started[-1].poll() is None, "pgbouncer ended"
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.05)
        return f"postgresql://postgres@127.0.0.1:{port}{parts.path}?sslmode=disable"

    yield start
    for process in started:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_a_pooler_is_good_enough_to_look_and_refused_to_write(synced, pooler, mode):
    through = pooler(mode)
    assert synced.verify(through).in_parity

    synced.environ["DATABASE_URL"] = through
    with pytest.raises(Refused, match="goes through a pooler"):
        synced.sync()
    assert synced.invoke("preflight").returncode == 5
    held = (
        "select 1 from pg_locks join pg_database d on d.oid = database where locktype = 'advisory'"
    )
    assert synced.execute(f"{held} and datname = current_database()") == []
    with synced.looking() as (_, conn):
        assert conn.execute("show lock_timeout").fetchone() == ("0",)

    synced.environ["DIRECT_DATABASE_URL"] = synced.url
    assert synced.sync().report.in_parity
