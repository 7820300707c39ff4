"""A copy of this project in a folder of the test's own, with a database: to be changed and run."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ops import facts, rehearsal, sync, verify
from ops.database import connect
from ops.database_url import read_target
from ops.lock import deploy_lock
from ops.migrate import declared as migrations
from ops.reading import gather
from ops.settings import Settings
from ops.sync.plan import plan

ROOT = Path(__file__).parents[1]
CONTENT = (
    "migrations",
    "seeds",
    "probes",
    "client",
    "parity.toml",
    ".env.example",
    "tasks.py",
    "Procfile",
)
COMMIT = "c0ffee" * 7  # hex, and of no repository
ENVIRON = {
    "APP_ENV": "local",
    "JWT_SECRET": "k3Jq0vZ8xN5tB1rW7yU4mL2pD9sF6hG0",
    "SMTP_HOST": "localhost",
    "SMTP_PORT": "1025",
    "SMTP_USER": "local",
    "SMTP_PASS": "q7Yt3Rw9Zx1Lk5Vb",
    "SMTP_FROM": "no-reply@mail.test",
    "FRONTEND_URL": "http://localhost:3000",
    "OPS_COMMIT": COMMIT,
}


def rehearse(empty_url, files, tell):
    """The schema that the migrations make of an empty database."""
    with rehearsal.begun(empty_url, tell) as trial:
        trial.apply(files)
        return trial.snapshot


class Project:
    """The project's files in `folder`, its database at `url`."""

    def __init__(self, folder, url):
        self.folder, self.url = folder, url
        self.environ = ENVIRON | {"DATABASE_URL": url}
        self.told = []
        for name in CONTENT:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        (folder / "ops").symlink_to(ROOT / "ops")

    # what a developer does

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, "utf-8")

    def migration(self, id, text):
        self.write(f"migrations/{id}.sql", text)

    def replace(self, path, old, new):
        text = (self.folder / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new, 1))

    def rehearse(self, empty_url):
        """What `invoke schema.snapshot` does, on an empty database of this test's server."""
        files = migrations.read(self.folder / "migrations")
        return rehearsal.renew(self.folder, files, rehearse(empty_url, files, self.told.append))

    # what the tasks do, without their processes

    @contextmanager
    def looking(self, url=None, **environ):
        values = self.environ | ({"DATABASE_URL": url} if url else {}) | environ
        settings = Settings.load(self.folder, values)
        declared = facts.declare(self.folder, settings.app_env, settings.environ, settings.env_file)
        with connect(settings.target, "test") as conn:
            yield declared, conn

    def sync(self, *allow, task="sync", wait=0, backup=False, **environ):
        with self.looking(**environ) as (declared, conn), deploy_lock(conn, wait, self.told.append):
            target = read_target("DATABASE_URL", self.environ["DATABASE_URL"])
            state = sync.Sync(
                conn,
                declared,
                target,
                frozenset(allow),
                self.told.append,
                lambda *_: None,
                task,
                backup,
            )
            return sync.run(state)

    def plan(self, *allow, task="sync"):
        with self.looking() as (declared, conn):
            return plan(conn, declared, frozenset(allow), task)

    def facts(self, url=None, **environ):
        with self.looking(url, **environ) as (declared, conn):
            return gather(conn, declared)

    def verify(self, url=None, **environ):
        return verify.run(self.facts(url, **environ))

    def differences(self, **environ):
        """The subjects that verify names, with a `?` before the warnings."""
        return sorted(
            ("? " if finding.severity == "warning" else "") + finding.subject
            for finding in self.verify(**environ).findings
        )

    # what somebody does by hand

    def execute(self, statement, url=None):
        with psycopg.connect(url or self.url, autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []

    # the real thing

    def invoke(self, *words, **environ):
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.env(**environ),
            capture_output=True,
            text=True,
        )

    def start(self, *words, **environ):
        """The same, not waited for."""
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.env(**environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # whoever started the tests in the background may have had SIGINT ignored
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def command(self, *words):
        return [sys.executable, "-m", "invoke", *words]

    def env(self, **environ):
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | self.environ | environ

    def json(self, *words, **environ):
        done = self.invoke(*words, "--format", "json", **environ)
        return json.loads(done.stdout), done.returncode
