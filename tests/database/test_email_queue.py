"""The queue's table: who may take which message, and what is written down of it."""

import threading
import uuid

import psycopg
import pytest
from mailbag import add, age, queue, rows, settings
from psycopg import sql

from ops.email_queue.apply import Queue, backoff
from ops.email_queue.declared import relay_of
from ops.email_queue.message import Undelivered
from ops.email_queue.observed import look, state_query
from ops.errors import Refused, SettingsError, Unreachable
from ops.findings import Outcome
from ops.project import Email

LATER = Undelivered("deferred", "451 later", permanent=False)
NEVER = Undelivered("recipient", "550 unknown")


@pytest.fixture
def mine(synced):
    with queue(synced) as opened:
        yield opened


@pytest.fixture
def theirs(synced):
    """Another worker's."""
    with queue(synced) as opened:
        yield opened


def names(letters):
    return [letter.to_email for letter in letters]


# --- claiming


def test_the_most_urgent_is_claimed_first_then_who_waits_longest(synced, mine):
    add(synced, "usual@x.test", "younger@x.test")
    add(synced, "urgent@x.test", priority=1)
    age(synced, "created_at", 60, "to_email = 'usual@x.test'")

    assert names(mine.claim(2)) == ["urgent@x.test", "usual@x.test"]
    assert names(mine.claim(9)) == ["younger@x.test"]
    assert mine.claim(9) == []


def test_what_is_scheduled_for_later_waits(synced, mine):
    add(synced, "now@x.test", scheduled_at="2020-01-01")
    add(synced, "later@x.test", scheduled_at="2999-01-01")

    assert names(mine.claim(9)) == ["now@x.test"]


def test_a_claim_says_whose_and_since_when(synced, mine):
    add(synced, "a@x.test")

    mine.claim(1)

    ((status, whose, fresh),) = rows(
        synced, "status, claimed_by, claimed_at > now() - interval '1 min'"
    )
    assert (status, whose, fresh) == ("processing", mine.worker, True)


def test_no_message_is_claimed_twice(synced, mine, theirs):
    add(synced, *(f"{n}@x.test" for n in range(20)))

    claimed = [letter.id for _ in range(4) for each in (mine, theirs) for letter in each.claim(3)]

    assert len(claimed) == len(set(claimed)) == 20


def test_what_another_is_claiming_right_now_is_left_to_them_without_waiting(synced, mine):
    add(synced, "a@x.test", "b@x.test")
    with psycopg.connect(synced.url) as other:
        other.execute("select 1 from email_queue where to_email = 'a@x.test' for update")
        ends = threading.Timer(5, other.rollback)  # or who waits would wait for ever
        ends.start()

        assert names(mine.claim(9)) == ["b@x.test"]
        ends.cancel()


def test_a_claim_whose_answer_was_lost_is_found_again(synced, mine):
    add(synced, "a@x.test")
    synced.execute(
        f"update email_queue set status = 'processing', claimed_by = '{mine.worker}', claimed_at = now()"
    )
    terminate(synced)

    assert names(mine.claim(9)) == ["a@x.test"]


def terminate(project):
    """End every session of a queue on this database."""
    project.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name like 'ops test %'"
    )


def test_each_statement_can_be_the_first_of_a_session(synced, mine):
    """So that all of them may go through a transaction pooler."""
    mine.wait = lambda _: None
    add(synced, "a@x.test", "b@x.test")

    def anew(act, *args):
        terminate(synced)
        return act(*args)

    first, second = anew(mine.claim, 2)
    mine.renewed -= 1000
    assert anew(mine.holds, first)
    anew(mine.record, first, None)
    anew(mine.record, second, NEVER)
    assert anew(mine.retry, None, "recipient") == 1
    anew(mine.take_back)

    assert rows(synced) == [
        ("a@x.test", "sent", 0, None, mine.worker),
        ("b@x.test", "pending", 0, "recipient: 550 unknown", None),
    ]


def test_a_database_that_stays_away_ends_the_run(synced, mine):
    terminate(synced)
    mine.wait = lambda _: None
    mine.connect = lambda: queue(synced, DATABASE_URL="postgresql://me@127.0.0.1:1/none").connect()

    with pytest.raises(Unreachable, match="the database went away: cannot reach"):
        mine.claim(1)


# --- recording


def test_a_message_that_was_sent_is_recorded_with_its_time(synced, mine):
    add(synced, "a@x.test", error_message="deferred: before", retry_count=1)

    assert mine.record(mine.claim(1)[0], None) == "sent"

    assert rows(synced) == [("a@x.test", "sent", 1, None, mine.worker)]
    assert rows(synced, "sent_at > now() - interval '1 min', failed_at") == [(True, None)]


def test_a_passing_problem_is_tried_again_later(synced, mine):
    add(synced, "a@x.test")

    assert mine.record(mine.claim(1)[0], LATER) == "pending"

    assert rows(synced) == [("a@x.test", "pending", 1, "deferred: 451 later", None)]
    ((seconds,),) = rows(synced, "extract(epoch from scheduled_at - now())::float")
    assert 30 < seconds < 90
    assert mine.claim(1) == []


def test_the_pauses_grow_up_to_some_hours_and_no_two_are_alike():
    assert [round(min(backoff(n) for _ in range(200)) / 60) for n in range(3)] == [1, 3, 12]
    assert backoff(10_000) <= 5 * 3600
    assert len({backoff(1) for _ in range(20)}) == 20


def test_after_the_last_retry_it_has_failed(synced, mine):
    add(synced, "a@x.test", max_retries=2, retry_count=2)

    assert mine.record(mine.claim(1)[0], LATER) == "failed"

    assert rows(synced) == [("a@x.test", "failed", 2, "deferred: 451 later", mine.worker)]
    assert rows(synced, "failed_at > now() - interval '1 min'") == [(True,)]


def test_a_lasting_problem_fails_at_once(synced, mine):
    add(synced, "a@x.test")

    assert mine.record(mine.claim(1)[0], NEVER) == "failed"
    assert rows(synced)[0][1:4] == ("failed", 0, "recipient: 550 unknown")


def test_an_error_is_kept_as_one_line_of_some_length(synced, mine):
    add(synced, "a@x.test")

    mine.record(mine.claim(1)[0], Undelivered("content", "554 a\r\nb\0c" + "x" * 5000))

    ((error,),) = rows(synced, "error_message")
    assert error.startswith("content: 554 a  b c")
    assert len(error) == 1000


def test_that_it_was_sent_is_recorded_whoever_has_it_by_now(synced, mine, theirs):
    add(synced, "a@x.test")
    (letter,) = mine.claim(1)
    age(synced, "claimed_at", 7200)
    theirs.take_back()

    mine.record(letter, None)

    assert rows(synced, "status") == [("sent",)]
    assert theirs.claim(1) == []


def test_that_it_was_not_sent_is_for_the_one_who_has_it_to_say(synced, mine, theirs):
    add(synced, "a@x.test")
    (letter,) = mine.claim(1)
    age(synced, "claimed_at", 7200)
    theirs.take_back()
    theirs.claim(1)

    mine.record(letter, NEVER)

    assert rows(synced, "status, claimed_by") == [("processing", theirs.worker)]


def test_a_message_that_was_deleted_meanwhile_stops_nobody(synced, mine):
    add(synced, "a@x.test")
    (letter,) = mine.claim(1)
    synced.execute("delete from email_queue")

    mine.record(letter, None)

    assert rows(synced) == []


def test_a_table_that_refuses_the_record_is_no_reason_to_send_again_and_again(synced, mine):
    add(synced, "a@x.test")
    (letter,) = mine.claim(1)
    synced.execute("alter table email_queue add constraint odd check (status <> 'sent')")

    with pytest.raises(Refused, match='constraint "odd"'):
        mine.record(letter, None)


# --- giving back, taking back


def test_only_what_is_ours_is_put_back(synced, mine, theirs):
    add(synced, "a@x.test", "b@x.test")
    mine.claim(1)
    theirs.claim(1)

    mine.release()

    assert sorted(rows(synced, "status, claimed_by")) == [
        ("pending", None), ("processing", theirs.worker)
    ]  # fmt: skip


def test_what_a_dead_worker_claimed_is_taken_back_and_counts_as_a_try(synced, mine, theirs):
    add(synced, "dead@x.test", "alive@x.test")
    dead = theirs.claim(1)[0].to_email
    mine.claim(1)
    age(synced, "claimed_at", 1801, f"to_email = '{dead}'")

    assert mine.take_back() == 1

    error = f"abandoned: its worker {theirs.worker} did not finish"
    assert sorted(rows(synced)) == sorted([
        (dead, "pending", 1, error, None),
        (({"dead@x.test", "alive@x.test"} - {dead}).pop(), "processing", 0, None, mine.worker),
    ])  # fmt: skip


def test_a_claim_is_not_taken_back_before_its_time(synced, mine, theirs):
    add(synced, "a@x.test")
    theirs.claim(1)
    age(synced, "claimed_at", 1790)

    assert mine.take_back() == 0


def test_a_message_that_outlives_no_worker_is_given_up(synced, mine):
    add(synced, "a@x.test", max_retries=1)
    for _ in range(2):
        mine.claim(1)
        age(synced, "claimed_at", 7200)
        mine.take_back()

    assert rows(synced, "status, retry_count, failed_at is null") == [("failed", 1, False)]


def test_a_claim_without_a_time_is_as_old_as_the_rows_last_change(synced, mine):
    """Another program's worker may not write when it claimed."""
    add(synced, "a@x.test", status="processing")
    assert mine.take_back() == 0

    age(synced, "updated_at", 7200)

    assert mine.take_back() == 1


def test_a_claim_that_grows_old_is_renewed(synced, mine, theirs):
    add(synced, "a@x.test")
    (letter,) = mine.claim(1)
    age(synced, "claimed_at", 7200)
    mine.renewed -= 1000

    assert mine.holds(letter)
    assert theirs.take_back() == 0


def test_a_claim_that_was_lost_is_noticed_before_the_message_is_sent(synced, mine, theirs):
    add(synced, "a@x.test", "b@x.test")
    letters = mine.claim(2)
    age(synced, "claimed_at", 7200, f"id = '{letters[1].id}'")
    theirs.take_back()
    mine.renewed -= 1000

    assert [mine.holds(letter) for letter in letters] == [True, False]


# --- again, by hand


@pytest.fixture
def failed(synced, mine):
    """Three that failed of two kinds, one that was sent, one that waits."""
    ids = add(synced, "a@x.test", "b@x.test", "c@x.test", "sent@x.test")
    for letter in mine.claim(9):
        problems = {"a@x.test": NEVER, "b@x.test": NEVER, "sent@x.test": None}
        mine.record(letter, problems.get(letter.to_email, Undelivered("content", "554 spam")))
    add(synced, "waits@x.test", retry_count=1, error_message="recipient: 450")
    return ids


@pytest.mark.parametrize(
    ("chosen", "waiting"),
    [
        (lambda ids: ([str(ids[0])], None), "a"),
        (lambda ids: ([str(ids[0]), str(ids[3]), str(uuid.uuid4()), "x"], None), "a"),
        (lambda ids: (None, "recipient"), "ab"),
        (lambda ids: ([str(ids[0]), str(ids[2])], "recipient"), "a"),
        (lambda ids: (None, "nothing"), ""),
        (lambda ids: (None, None), "abc"),
    ],
)
def test_those_that_failed_wait_again_if_they_are_chosen(synced, mine, failed, chosen, waiting):
    assert mine.retry(*chosen(failed)) == len(waiting)

    again = rows(
        synced, "to_email, retry_count, failed_at, claimed_by, scheduled_at <= now(), status"
    )
    expected = {(f"{name}@x.test", 0, None, None, True, "pending") for name in waiting}
    assert set(again) & expected == expected
    assert ("waits@x.test", 1) in [row[:2] for row in again]
    assert sum(row[-1] == "pending" for row in again) == len(waiting) + 1


# --- a table that is no queue


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("drop table email_queue", "table email_queue is not here"),
        (
            "alter table email_queue drop column claimed_by, drop column max_retries",
            "table email_queue has no column claimed_by, max_retries",
        ),
        (
            "alter table email_queue drop column sent_at, add column sent_at text",
            "table email_queue: sent_at should be of type timestamptz",
        ),
    ],
)
def test_a_table_that_is_no_queue_is_named_with_what_it_lacks(synced, change, message):
    synced.execute(change)

    with pytest.raises(SettingsError) as caught, queue(synced):
        pass

    assert str(caught.value) == message
    assert "parity.toml" in caught.value.hint


def test_a_role_without_the_right_is_told_which(synced, make_role):
    grants = ("grant usage on schema public to {role}", "grant select on email_queue to {role}")

    with (
        pytest.raises(Refused, match="may not update email_queue"),
        queue(synced, DATABASE_URL=make_role(synced.url, *grants)),
    ):
        pass
    with (
        pytest.raises(Refused, match="may not read all of"),
        queue(synced, DATABASE_URL=make_role(synced.url, grants[0])),
    ):
        pass


def test_mail_does_not_go_out_of_a_copy_of_another_environment(synced):
    synced.execute("update ops.environment set name = 'production'")

    with pytest.raises(Refused, match="this database says that it is production"), queue(synced):
        pass


def test_a_database_without_our_records_has_a_queue_too(synced):
    add(synced, "a@x.test")
    synced.execute("drop schema ops cascade")

    with queue(synced) as opened:
        assert names(opened.claim(1)) == ["a@x.test"]


def test_a_queue_may_have_another_name_and_other_ids(synced):
    synced.replace("parity.toml", 'table = "email_queue"', "table = 'post.\"Out box\"'")
    synced.execute(
        'create schema post; create table post."Out box" (like email_queue including defaults);'
        ' alter table post."Out box" drop column id, add column id bigserial'
    )
    synced.execute(
        "insert into post.\"Out box\" (to_email, subject, body_html) values ('a@x.test', 'S', '')"
    )

    with queue(synced) as opened:
        opened.record(opened.claim(1)[0], LATER)
        assert opened.retry(["1"], None) == 0
        state, (message,), _ = look(opened.conn, opened.email)

    assert (state.later, message.to_email, message.retry_count) == (1, "a@x.test", 1)


def test_a_project_without_a_queue_is_told_where_to_name_it(synced):
    synced.write("parity.toml", "")

    with pytest.raises(SettingsError) as caught:
        queue(synced)

    assert caught.value.hint == 'write into it: [email] table = "TABLE"'


# --- how it stands


def test_the_numbers_of_a_queue(synced, mine, theirs):
    add(synced, "stuck@x.test")
    theirs.claim(1)
    age(synced, "claimed_at", 1801)
    add(synced, "busy@x.test", "gone@x.test")
    for letter in mine.claim(2):
        if letter.to_email == "gone@x.test":
            mine.record(letter, NEVER)
    add(synced, "later@x.test", scheduled_at="2999-01-01")
    add(synced, "old@x.test", "due@x.test")
    age(synced, "created_at", 500, "to_email = 'old@x.test'")

    state, messages, kinds = look(mine.conn, mine.email)

    assert (state.due, state.later, state.processing, state.stuck, state.failed) == (2, 1, 2, 1, 1)
    assert 499 < state.oldest < 600
    assert len(messages) == 6
    assert [(kind.name, kind.status, kind.count) for kind in kinds] == [("recipient", "failed", 1)]


def test_a_message_is_late_from_when_it_was_due_and_not_from_when_it_was_written(synced, mine):
    add(synced, "a@x.test", scheduled_at="2020-01-01")
    add(synced, "b@x.test")
    age(synced, "created_at", 10_000)
    synced.execute(
        "update email_queue set scheduled_at = now() - interval '100 s' where to_email = 'b@x.test'"
    )
    synced.execute("delete from email_queue where to_email = 'a@x.test'")

    assert 99 < look(mine.conn, mine.email)[0].oldest < 200


def test_looking_takes_a_role_that_may_only_read(synced, make_role):
    add(synced, "a@x.test")
    url = make_role(
        synced.url,
        "grant usage on schema public to {role}",
        "grant select on email_queue to {role}",
    )

    with psycopg.connect(url, autocommit=True) as conn:
        assert look(conn, Email("email_queue"))[0].due == 1


# --- what verify says


def judged(project, url=None):
    (result,) = [r for r in project.verify(url).results if r.check == "data.email_queue"]
    return result


def told(project):
    return [(f.subject, f.message, f.severity, f.hint) for f in judged(project).findings]


def test_a_queue_that_moves_is_not_mentioned(synced, mine):
    add(synced, "a@x.test", "b@x.test")
    mine.claim(1)

    assert judged(synced).outcome is Outcome.PASSED


def test_a_queue_that_does_not_move_is_named_and_holds_up_no_release(synced, mine, theirs):
    add(synced, "stuck@x.test", "failed@x.test")
    for letter in theirs.claim(2):
        if letter.to_email == "failed@x.test":
            theirs.record(letter, NEVER)
    age(synced, "claimed_at", 7200)
    add(synced, "old@x.test")
    age(synced, "created_at", 7200, "to_email = 'old@x.test'")

    subject = "email email_queue"
    assert told(synced) == [
        (subject, "1 due, the oldest for 2 h: nobody sends them", "warning", "invoke email.process"),
        (subject, "1 claimed for more than 30 min: their worker is gone", "warning", "invoke email.process takes them back"),
        (subject, "1 could not be sent", "warning", "invoke email.queue says why; then: invoke email.retry --all"),
    ]  # fmt: skip
    assert synced.verify().in_parity


def test_a_queue_that_cannot_be_looked_at_is_not_a_pass(synced, make_role):
    url = make_role(synced.url, "grant usage on schema public to {role}")
    assert judged(synced, url).outcome is Outcome.BROKEN

    synced.execute("alter table email_queue drop column priority")

    result = judged(synced)
    assert (result.outcome, result.note) == (
        Outcome.BROKEN,
        "table email_queue has no column priority",
    )


def test_a_queue_that_a_pending_migration_makes_is_the_histories_concern(project):
    assert judged(project).outcome is Outcome.PASSED
    assert any(f.subject.startswith("migration 0002") for f in project.verify().findings)


def test_a_project_without_a_queue_has_nothing_to_say(synced):
    synced.write("parity.toml", "")

    assert judged(synced).outcome is Outcome.PASSED


# --- settings


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"SMTP_HOST": "", "SMTP_PASS": ""}, "not set: SMTP_HOST, SMTP_PASS"),
        ({"SMTP_FROM": "Shop <no-reply@mail.test>"}, "SMTP_FROM has a display name"),
        ({"SMTP_PORT": "smtp", "SMTP_HOST": "smtp://x"}, "SMTP_HOST is not a host name or address, without scheme and port\nSMTP_PORT is not a number from 1 to 65535"),
        ({"SMTP_PASS": "pässword-of-some-length"}, "SMTP_USER or SMTP_PASS holds a character that is not ASCII, which the login cannot carry"),
    ],
)  # fmt: skip
def test_settings_of_the_mail_server_that_cannot_work_are_named_at_once(synced, environ, message):
    with pytest.raises(SettingsError) as caught:
        relay_of(synced.folder, settings(synced, **environ))

    assert str(caught.value) == message


def test_a_project_that_declares_no_variables_for_mail_is_read_all_the_same(synced):
    synced.write(
        ".env.example", "# The database.\n# @required=everywhere @kind=postgres\nDATABASE_URL=\n"
    )

    for port in ("0", "65536", "\u0661", "-1"):
        with pytest.raises(SettingsError, match="SMTP_PORT is not a number"):
            relay_of(synced.folder, settings(synced, SMTP_PORT=port))
    with pytest.raises(SettingsError, match="SMTP_FROM is not one address"):
        relay_of(synced.folder, settings(synced, SMTP_FROM="nobody"))
    assert relay_of(synced.folder, settings(synced)).sender.address == "no-reply@mail.test"


def test_a_worker_is_told_from_every_other_of_its_machine(synced):
    workers = {Queue(None, Email("t"), "local").worker for _ in range(10)}

    assert len(workers) == 10


def test_counting_what_waits_what_is_sent_and_what_failed_reads_no_more_than_that(synced):
    query = state_query(Email("email_queue"), "public", "email_queue")
    with psycopg.connect(synced.url) as conn:
        conn.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        plan = "\n".join(line for (line,) in conn.execute(sql.SQL("explain ") + query))

    assert "Seq Scan" not in plan
    names = ("email_queue_next_idx", "email_queue_claimed_idx", "email_queue_failed_idx")
    assert [name for name in names if name not in plan] == []
