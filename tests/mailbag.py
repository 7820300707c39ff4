"""Rows in the queue of a project, and what becomes of them."""

import psycopg
from psycopg import sql

from ops.email_queue.apply import queue_of
from ops.email_queue.declared import relay_of
from ops.settings import Settings

COLUMNS = "to_email, status, retry_count, error_message, claimed_by"


def settings(project, **environ):
    return Settings.load(project.folder, project.environ | environ)


def queue(project, **environ):
    """The queue as a task opens it, to be entered."""
    return queue_of(project.folder, settings(project, **environ), "test")


def relay(project, server):
    return relay_of(project.folder, settings(project, SMTP_PORT=str(server.port)))


def add(project, *recipients, **values):
    """Queue a message for each recipient; the ids."""
    usual = {"subject": "Hello", "body_html": "<p>Hi</p>"} | values
    names = [sql.Identifier(name) for name in ("to_email", *usual)]
    statement = sql.SQL("insert into email_queue ({}) values ({}) returning id").format(
        sql.SQL(", ").join(names), sql.SQL(", ").join(map(sql.Literal, ["", *usual.values()]))
    )
    with psycopg.connect(project.url, autocommit=True) as conn:
        made = []
        for to in recipients:
            ((id,),) = conn.execute(statement).fetchall()
            conn.execute("update email_queue set to_email = %s where id = %s", [to, id])
            made.append(id)
    return made


def rows(project, columns=COLUMNS):
    """Every row, in the order in which they were queued."""
    return project.execute(f"select {columns} from email_queue order by created_at, to_email")


def statuses(project):
    return dict(project.execute("select to_email, status from email_queue"))


def age(project, column, seconds, where="true"):
    """Move a time of some rows into the past, as if it had passed; no trigger notices."""
    project.execute(
        "alter table email_queue disable trigger user;"
        f" update email_queue set {column} = {column} - {seconds} * interval '1 second' where {where};"
        " alter table email_queue enable trigger user"
    )
