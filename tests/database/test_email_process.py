"""Workers beside a real mail server and a real database, and what remains when either goes away."""

import random
import signal
import socket
import threading
import time

import psycopg
import pytest
from mailbag import add, age, queue, relay, rows, statuses
from mailserver import serving

from ops.email_queue.check import follow
from ops.email_queue.process import PATIENCE, Worker, shielded
from ops.errors import Refused, Unreachable

SESSION = (
    "application_name like 'ops %' and datname = current_database() and pid <> pg_backend_pid()"
)
ENOUGH = 60  # seconds after which something hangs


@pytest.fixture
def mail():
    with serving(auth=True) as running:
        yield running


@pytest.fixture
def run(synced, mail):
    """`run(**options)`: one worker's run, with pauses noted and not waited for; its tally."""

    def make(**options):
        pauses = []
        with queue(synced) as opened:
            worker = Worker(opened, relay(synced, mail), **{"wait": pauses.append} | options)
            worker.pauses = pauses
            try:
                worker.run()
            except Unreachable as error:
                worker.error = error
        return worker

    return make


def tally(worker):
    return worker.tally.sent, worker.tally.later, worker.tally.failed


# --- a run


def test_what_is_due_is_sent_once(synced, mail, run):
    ids = add(synced, *(f"{n}@x.test" for n in range(25)))

    assert tally(run()) == (25, 0, 0)
    assert tally(run()) == (0, 0, 0)

    assert sorted(got.id for got in mail.received) == sorted(f"<{id}@mail.test>" for id in ids)
    assert set(statuses(synced).values()) == {"sent"}
    assert mail.connections == 1


def test_one_message_never_stops_the_rest(synced, mail, run):
    add(synced, "a@x.test", "unknown@x.test", "later@x.test", "not an address", "b@x.test")
    add(synced, "spam@x.test", "c@x.test", "dropped@x.test", "d@x.test", "much@x.test", "e@x.test")
    add(synced, "f@x.test", subject="Hi\nBcc: eve@x.test")

    worker = run()

    assert tally(worker) == (5, 3, 4)
    assert {to: status for to, status in statuses(synced).items() if status != "sent"} == {
        "unknown@x.test": "failed", "later@x.test": "pending", "not an address": "failed",
        "spam@x.test": "failed", "dropped@x.test": "pending", "much@x.test": "pending",
        "f@x.test": "failed",
    }  # fmt: skip
    assert "eve@x.test" not in str(mail.received)


def test_no_more_are_sent_than_the_limit_says(synced, mail, run):
    add(synced, *(f"{n}@x.test" for n in range(15)))

    run(limit=12)

    assert len(mail.received) == 12
    assert sorted(statuses(synced).values()) == ["pending"] * 3 + ["sent"] * 12


def test_messages_keep_their_distance_when_a_rate_is_given(synced, mail, run):
    add(synced, *(f"{n}@x.test" for n in range(4)))

    worker = run(rate=0.01)

    assert [round(pause / 100) for pause in worker.pauses] == [
        1,
        2,
        3,
    ]  # none of them was waited for


def test_each_outcome_is_recorded_before_the_next_message_begins(synced, mail, run):
    add(synced, *(f"{n}@x.test" for n in range(12)))
    recorded = []
    mail.before_answer = lambda _: recorded.append(list(statuses(synced).values()).count("sent"))

    run()

    assert recorded == list(range(12))


def test_no_transaction_is_open_while_the_mail_server_is_talked_to(synced, mail, run):
    add(synced, "a@x.test", "b@x.test")
    seen = []
    mail.before_answer = lambda _: seen.extend(
        synced.execute(f"select state, xact_start from pg_stat_activity where {SESSION}")
    )

    run()

    assert seen == [("idle", None)] * 2


def test_a_session_that_is_lost_after_the_servers_yes_costs_nothing(synced, mail, run):
    add(synced, *(f"{n}@x.test" for n in range(5)))
    mail.before_answer = lambda _: synced.execute(
        f"select pg_terminate_backend(pid) from pg_stat_activity where {SESSION}"
    )

    assert tally(run()) == (5, 0, 0)

    assert len(mail.received) == 5
    assert set(statuses(synced).values()) == {"sent"}


def test_a_copy_bears_the_message_id_of_the_first(synced, mail, run):
    add(synced, "dropped@x.test", "a@x.test")
    run()
    age(synced, "scheduled_at", 3600, "scheduled_at is not null")

    run()

    first, second = (got.id for got in mail.received if got.recipient == "dropped@x.test")
    assert first == second
    assert len({got.id for got in mail.received}) == 2


def test_what_a_dead_worker_left_is_sent(synced, mail, run):
    add(synced, "a@x.test")
    with queue(synced) as dead:
        dead.claim(1)
    assert tally(run()) == (0, 0, 0)
    age(synced, "claimed_at", 3600)

    assert tally(run()) == (1, 0, 0)


def test_a_message_that_another_worker_has_by_now_is_left_to_it(synced, mail):
    """As when this one was asleep for longer than a claim lasts."""
    add(synced, "a@x.test", "b@x.test")
    with queue(synced) as opened, queue(synced) as other:

        def oversleep(_):
            age(synced, "claimed_at", 3600, "status = 'processing'")
            other.take_back()
            other.claim(2)
            opened.renewed -= 3600

        mail.before_answer = oversleep
        Worker(opened, relay(synced, mail)).run()

    assert len(mail.received) == 1
    assert sorted(rows(synced, "status, claimed_by")) == [
        ("processing", other.worker), ("sent", other.worker)
    ]  # fmt: skip


# --- a server that nobody can send with


def untouched(project):
    """Nothing claimed, nothing counted."""
    return set(rows(project, "status, retry_count, claimed_by, claimed_at")) == {
        ("pending", 0, None, None)
    }


def test_a_server_that_is_not_there_costs_no_message_a_try(synced, run, mail):
    add(synced, *(f"{n}@x.test" for n in range(15)))
    with socket.create_server(("127.0.0.1", 0)) as free:
        mail.port = free.getsockname()[1]

    worker = run()

    assert "TCP failed: connection refused" in str(worker.error)
    assert untouched(synced)


def test_a_login_that_is_refused_costs_no_message_a_try(synced, run, mail):
    add(synced, *(f"{n}@x.test" for n in range(15)))
    synced.environ["SMTP_PASS"] = "wrong-as-it-is"

    worker = run()

    assert "AUTH failed: 535" in str(worker.error)
    assert untouched(synced)


def test_a_server_that_is_too_busy_costs_no_message_a_try(synced, run, mail):
    add(synced, "a@x.test")
    mail.greeting = "421 4.7.0 too busy"

    worker = run()

    assert "421 4.7.0 too busy" in str(worker.error)
    assert untouched(synced)


def test_a_server_that_refuses_our_address_costs_no_message_a_try(synced, run, mail):
    add(synced, "a@x.test", "b@x.test")
    mail.sender_answer = "553 5.7.1 not your address"

    worker = run()

    assert "sender failed: 553" in str(worker.error)
    assert untouched(synced)


@pytest.mark.parametrize("local", ["unknown", "later", "much", "dropped"])
def test_a_server_that_takes_nothing_is_not_asked_for_ever(synced, run, mail, local):
    add(synced, *[f"{local}@x.test"] * 12)

    worker = run()

    assert f"{PATIENCE} messages in a row were not taken; the last: " in str(worker.error)
    tried = [
        row
        for row in rows(synced, "status, retry_count, claimed_by")
        if row != ("pending", 0, None)
    ]
    assert len(tried) == PATIENCE


def test_a_message_that_is_taken_now_and_then_keeps_the_run_going(synced, run, mail):
    for n in range(4):
        add(synced, *["later@x.test"] * (PATIENCE - 1), f"{n}@x.test")

    assert tally(run()) == (4, 4 * (PATIENCE - 1), 0)


def test_messages_that_are_wrong_in_themselves_say_nothing_of_the_server(synced, run, mail):
    add(synced, *["no address"] * (PATIENCE * 2), "a@x.test")

    assert tally(run()) == (1, 0, PATIENCE * 2)


def test_a_table_that_refuses_the_record_stops_the_run(synced, mail):
    """Or the message, which was sent, would be sent again and again."""
    add(synced, "a@x.test", "b@x.test")
    synced.execute("alter table email_queue add constraint odd check (status <> 'sent')")

    with queue(synced) as opened, pytest.raises(Refused):
        Worker(opened, relay(synced, mail)).run()

    assert len(mail.received) == 1
    assert sorted(rows(synced, "status")) == [("pending",), ("processing",)]


# --- interruptions


@pytest.fixture
def interrupted():
    """What a handler of ours heard; the default one would end the tests."""
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    yield heard
    signal.signal(signal.SIGTERM, before)


def test_an_interruption_waits_for_the_end_of_the_block(interrupted):
    with shielded():
        signal.raise_signal(signal.SIGTERM)
        assert interrupted == []

    assert interrupted == [signal.SIGTERM]


def test_a_second_interruption_does_not_wait(interrupted):
    with shielded():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert interrupted == [signal.SIGTERM]


def test_without_an_interruption_the_block_leaves_no_trace(interrupted):
    handler = signal.getsignal(signal.SIGTERM)
    with shielded():
        pass

    assert (signal.getsignal(signal.SIGTERM), interrupted) == (handler, [])


def start(project, mail, **environ):
    return project.start("email.process", **{"SMTP_PORT": str(mail.port)} | environ)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupted_worker_ends_its_message_and_puts_back_the_rest(synced, mail, number, code):
    add(synced, *(f"{n}@x.test" for n in range(30)))
    worker = start(synced, mail)
    mail.before_answer = lambda _: len(mail.received) == 5 and worker.send_signal(number)

    told, _ = worker.communicate(timeout=ENOUGH)

    assert (worker.returncode, told) == (code, "5 sent, 0 to be tried again, 0 failed\n")
    assert (
        sorted(rows(synced, "status, claimed_at is null"))
        == [("pending", True)] * 25 + [("sent", False)] * 5
    )
    assert len(mail.received) == 5


def test_a_worker_that_waits_for_the_server_can_be_ended_by_a_second_signal(synced, mail):
    add(synced, "stalled@x.test", "a@x.test")
    worker = start(synced, mail)

    def insist(_):
        worker.send_signal(signal.SIGTERM)
        threading.Timer(0.5, worker.send_signal, [signal.SIGTERM]).start()

    mail.before_answer = insist
    worker.communicate(timeout=ENOUGH)

    assert worker.returncode == 143
    assert set(statuses(synced).values()) == {"pending"}


# --- killed


class Crew:
    """Three workers, of which one is killed now and then; another takes its place."""

    def __init__(self, project, mail, at):
        self.project, self.mail, self.at = project, mail, at
        self.killed, self.worst = [], 0
        self.workers = [start(project, mail) for _ in range(3)]
        mail.before_answer = self.kill

    def kill(self, received):
        """Now and then: every other time the one that waits for this very answer."""
        if len(self.mail.received) not in self.at:
            return
        victim = random.choice(self.workers)
        if len(self.killed) % 2:
            self.worst += 1
            victim = next(
                worker for worker in self.workers if worker.pid == self.sender_of(received)
            )
        victim.kill()
        victim.wait()
        self.killed.append(victim.pid)

    def sender_of(self, received):
        ((whose,),) = self.project.execute(
            f"select claimed_by from email_queue where to_email = '{received.recipient}'"
        )
        return int(whose.split(":")[1])

    def finish(self):
        """Replace whoever ended, for as long as something is not sent."""
        deadline = time.monotonic() + 4 * ENOUGH
        while set(statuses(self.project).values()) != {"sent"}:
            assert time.monotonic() < deadline
            for n, worker in enumerate(self.workers):
                if worker.poll() is not None:
                    worker.communicate()
                    self.outlive(worker.pid)
                    self.workers[n] = start(self.project, self.mail)
            time.sleep(0.05)
        for worker in self.workers:
            worker.communicate(timeout=ENOUGH)

    def outlive(self, pid):
        """Let half an hour pass for what this one has claimed."""
        with psycopg.connect(self.project.url, autocommit=True) as conn:
            conn.execute(
                "update email_queue set claimed_at = claimed_at - interval '1 h'"
                " where status = 'processing' and claimed_by like %s",
                [f"%:{pid}:%"],
            )


def test_killed_workers_lose_nothing_and_repeat_only_what_was_under_way(synced, mail):
    add(synced, *(f"{n}@x.test" for n in range(300)), max_retries=20)
    crew = Crew(synced, mail, at=random.sample(range(10, 290), 8))

    crew.finish()

    copies = {}
    for got in mail.received:
        copies.setdefault(got.recipient, []).append(got.id)
    extra = len(mail.received) - len(copies)
    assert len(copies) == 300
    assert all(len(set(ids)) == 1 for ids in copies.values())
    assert len({ids[0] for ids in copies.values()}) == 300
    assert len(crew.killed) == 8
    assert crew.worst <= extra <= len(crew.killed)


# --- a message of our own


def test_a_test_message_goes_before_all_others_and_alone(synced, mail):
    add(synced, *(f"{n}@x.test" for n in range(5)), priority=0)
    told = []
    with queue(synced) as opened:
        assert not follow(
            opened, relay(synced, mail), "me@x.test", lambda *words: told.append(words)
        )

    assert mail.recipients == ["me@x.test"]
    assert [words[:2] for words in told] == [("queue", "ok"), ("delivery", "ok")]


def test_a_test_message_that_is_refused_says_why(synced, mail):
    told = []
    with queue(synced) as opened:
        assert follow(
            opened, relay(synced, mail), "later@x.test", lambda *words: told.append(words)
        )

    assert told[-1] == ("delivery", "failed", "deferred: 451 4.7.1 <later@x.test> greylisted")
    assert list(statuses(synced).values()) == ["failed"]


def test_a_test_message_that_another_worker_sends_is_followed(synced, mail):
    told = []
    with queue(synced) as opened:
        claim = opened.claim

        def too_late(limit, only):
            with queue(synced) as faster:
                Worker(faster, relay(synced, mail)).run()
            return claim(limit, only)

        opened.claim = too_late
        assert not follow(
            opened, relay(synced, mail), "me@x.test", lambda *words: told.append(words)
        )

    assert told[-1][:2] == ("delivery", "ok")
    assert mail.recipients == ["me@x.test"]
