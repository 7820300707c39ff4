"""A row becomes one message with the headers that were meant, or is refused for ever."""

from email import message_from_bytes, policy

import pytest

from ops.email_queue.message import Letter, Undelivered, compose, mailbox, message_id
from ops.email_queue.text import from_html

ME = mailbox("no-reply@mail.test", "SMTP_FROM")
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]


def letter(**values):
    usual = {
        "id": "f0d1", "to_email": "ann@example.com", "from_email": None, "subject": "Hello",
        "body_html": "<p>Hi</p>", "body_text": None, "retry_count": 0, "max_retries": 3,
    }  # fmt: skip
    return Letter(**usual | values)


def composed(**values):
    parcel = compose(letter(**values), ME)
    return parcel, message_from_bytes(parcel.raw, policy=policy.default)


def refused(**values):
    with pytest.raises(Undelivered) as caught:
        compose(letter(**values), ME)
    assert caught.value.permanent
    return str(caught.value)


def test_a_message_has_these_headers_and_no_others():
    _, message = composed()

    assert message.keys() == HEADERS
    assert (message["From"], message["To"]) == ("no-reply@mail.test", "ann@example.com")
    assert message["Message-ID"] == "<f0d1@mail.test>"


def test_the_sender_of_the_row_goes_before_the_default_one():
    parcel, message = composed(from_email="Billing <billing@shop.test>")

    assert (parcel.sender, parcel.ours) == ("billing@shop.test", False)
    assert message["From"] == "Billing <billing@shop.test>"
    assert message["Message-ID"] == "<f0d1@mail.test>"


def test_without_a_sender_of_its_own_a_row_has_the_default_one():
    parcel, _ = composed()

    assert (parcel.sender, parcel.ours) == ("no-reply@mail.test", True)


def test_a_row_has_the_same_message_id_each_time_and_no_other_row_has_it():
    ids = [message_id(id, ME) for id in (7, "7", "7 ", "a b", "a_b", "a@b", "<a>", "a.b")]

    assert message_id(7, ME) == message_id(7, ME) == "<7@mail.test>"
    assert len(set(ids)) == len(ids) - 1  # 7 is "7"
    assert all(id.count("@") == 1 and not set(id[1:-1]) & set(" <>") for id in ids)


@pytest.mark.parametrize("column", ["to_email", "from_email", "subject"])
@pytest.mark.parametrize("char", ["\n", "\r", "\r\n", "\0", "\x0b", "\x85", "\u2028"])
def test_a_line_break_in_a_header_is_refused(column, char):
    text = f"ann@example.com{char}Bcc: eve@example.com"

    assert refused(**{column: text}).startswith(f"header: {column} holds a line break")


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Hi=0D=0ABcc:_eve@example.com?=",
        "=?utf-8?b?SGkNCkJjYzogZXZlQGV4YW1wbGUuY29t?=",
        "=?utf-8?q?Hi=0A=0Awith_a_body?=",
        "=?utf-8?q?Hi=0D_there?=",
    ],
)
def test_a_line_break_that_is_only_there_once_decoded_is_refused(subject):
    assert refused(subject=subject) == "header: the subject holds an encoded line break"


def test_an_encoded_name_is_refused_since_it_would_be_decoded():
    encoded = '"=?utf-8?q?A=0D=0ABcc=3A_eve?=" <ann@example.com>'

    assert refused(to_email=encoded).startswith("header: to_email holds an encoded name")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@example.com, eve@example.com",
        "ann@example.com eve@example.com",
        "Doe, Ann <ann@example.com>",
        "Ann <ann@example.com> <eve@example.com>",
        "<ann@example.com>, eve@example.com",
        "ann@ex ample.com",
        "ann@example..com",
        "ann@-example.com",
        "ann@" + "x" * 64 + ".com",
        "a" * 65 + "@example.com",
        " " * 100_000 + "ann@example.com",
    ],
)
def test_what_is_not_one_address_is_refused(text):
    assert refused(to_email=text).startswith("address: ")


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("ann@example.com", "", "ann@example.com"),
        (" Ann Lee <ann@example.com> ", "Ann Lee", "ann@example.com"),
        ('"Lee, \\"Ann\\"" <ann@example.com>', 'Lee, "Ann"', "ann@example.com"),
        ("Jürgen Groß <jg@bücher.example>", "Jürgen Groß", "jg@xn--bcher-kva.example"),
        ("root@localhost", "", "root@localhost"),
    ],
)
def test_an_address_is_read_with_its_name_and_its_domain_in_ascii(text, name, address):
    parcel, message = composed(to_email=text)

    assert parcel.recipient == address
    assert not parcel.utf8
    assert parcel.raw.isascii()
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, address)


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it():
    parcel, _ = composed(to_email="jürgen@bücher.example")

    assert parcel.utf8
    assert parcel.recipient == "jürgen@xn--bcher-kva.example"
    assert "jürgen@xn--bcher-kva.example".encode() in parcel.raw


@pytest.mark.parametrize("domain", ["straße.example", "ς.example", "a\u200db.example"])
def test_a_domain_that_two_standards_read_differently_is_refused(domain):
    assert refused(to_email=f"ann@{domain}").startswith("address: the domain of to_email has to be")


def test_a_subject_beyond_ascii_arrives_as_it_was():
    subject = "Ihre Rechnung über 1.000 € ist da; " * 5

    parcel, message = composed(subject=subject.strip())

    assert message["Subject"] == subject.strip()
    assert max(map(len, parcel.raw.split(b"\r\n"))) <= 998


def test_html_comes_with_a_text_of_its_own():
    _, message = composed(body_html="<h1>Welcome</h1><p>Hi <b>Ann</b></p>", body_text="Hi Ann\n")

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().splitlines() == ["Hi Ann"]
    assert (
        message.get_body(("html",)).get_content().strip() == "<h1>Welcome</h1><p>Hi <b>Ann</b></p>"
    )


def test_html_without_a_text_gets_one_from_it():
    _, message = composed(body_html="<h1>Welcome</h1><p>Hi <b>Ann</b></p>")

    assert message.get_body(("plain",)).get_content().splitlines() == ["Welcome", "", "Hi Ann"]


def test_a_text_without_html_is_a_text_and_html_without_words_is_html():
    assert composed(body_html="", body_text="Hi")[1].get_content_type() == "text/plain"
    assert composed(body_html="<img src='x'>")[1].get_content_type() == "text/html"


def test_every_byte_of_a_body_is_one_that_any_server_takes():
    parcel, message = composed(body_html="<p>ü</p>" * 5000, body_text="ä\r.\n..\r\n" + "x" * 5000)

    assert parcel.raw.isascii()
    assert max(map(len, parcel.raw.split(b"\r\n"))) <= 998
    assert parcel.raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert message.get_body(("html",)).get_content().strip() == "<p>ü</p>" * 5000


def test_short_lines_beyond_ascii_are_such_bytes_too():
    assert composed(body_html="<p>ü</p>", body_text="ü")[0].raw.isascii()


def test_a_text_that_the_library_cannot_write_fails_by_itself():
    assert refused(body_text="\ud800") == "message: cannot be written as mail (UnicodeEncodeError)"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  line</p><p>Another</p>", "One line\n\nAnother"),
        ("a<br>b<br/><br>c", "a\nb\n\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("<style>p{}</style><script>x<y</script><title>T</title>seen", "seen"),
        ('<a href="https://a.test/x">here</a>.', "here (https://a.test/x)."),
        ('<a href="https://a.test/">https://a.test/</a>', "https://a.test/"),
        ('<a href="mailto:a@b.test">a@b.test</a>', "a@b.test"),
        ('<a href="#top">up</a>', "up"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("</p></style>stray", "stray"),
        ("", ""),
    ],
)
def test_the_words_of_a_page(html, text):
    assert from_html(html) == text
