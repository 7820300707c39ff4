"""A text that nobody should be sent is refused with its file and line, before anything is written."""

import pytest

from ops.errors import SettingsError
from ops.seed.declared import read
from ops.seed.texts import faults

HEAD = """\
table = "messages"
key = ["id"]
owned = ["subject", "body", "names"]
placeholders = { declared = "names", used = ["subject", "body"] }
"""


@pytest.fixture
def refused(tmp_path):
    """The message for a file that is not what it must be; the hint behind an arrow."""

    def refused(text, **files):
        (tmp_path / "seeds").mkdir()
        for name, content in {"messages.toml": text, **files}.items():
            (tmp_path / "seeds" / name).write_text(content, "utf-8")
        with pytest.raises(SettingsError) as caught:
            read(tmp_path / "seeds")
        return f"{caught.value} -> {caught.value.hint}"

    return refused


def row(subject, body, names):
    return f'[[rows]]\nid = "a"\nsubject = "{subject}"\nbody = """{body}"""\nnames = {names}\n'


@pytest.mark.parametrize(
    ("subject", "body", "names", "message"),
    [
        (
            "{{nmae}} {{mail}}",
            "x",
            '["name", "mail"]',
            "9: a uses {{nmae}}, which names does not declare"
            " -> add it to names, or correct the text (did you mean name?)",
        ),
        (
            "{{name}}",
            "{nobody} { body {color: red} }",
            '["name", "mail"]',
            "9: a declares mail, and no text uses {{mail}}"
            " -> use it in subject or body, or remove it from names",
        ),
        (
            "{{a.b}}",
            "x",
            "[]",
            "9: a uses {{a.b}}, which names does not declare -> add it to names, or correct the text",
        ),
    ],
)
def test_placeholders_and_texts_agree_both_ways(refused, subject, body, names, message):
    assert refused(HEAD + row(subject, body, names)) == f"seeds/messages.toml:{message}"


def test_a_fault_is_told_at_its_line_in_the_file_that_holds_the_text(refused):
    text = (
        HEAD
        + 'files.body = "{id}.html"\n[[rows]]\nid = "a"\nsubject = "{{name}}"\nnames = ["name"]\n'
    )

    assert refused(text, **{"a.html": "<p>\n{{name}</p>\n"}) == (
        "seeds/a.html:2: body of a has {{name}, which is no placeholder"
        " -> write {{name}}: two braces on either side, and no space"
    )


def test_a_fault_of_a_text_that_a_row_says_itself_is_told_at_the_row(refused):
    text = HEAD + 'files.body = "{id}.html"\n' + row("{{name}}", "<p>", '["name"]')

    assert refused(text) == (
        "seeds/messages.toml:9: body of a is no good HTML: <p> is not closed -> correct it"
    )


def test_a_subject_that_nobody_wrote_is_empty(refused):
    text = HEAD + '[[rows]]\nid = "a"\nbody = "x"\nnames = []\n'

    assert refused(text) == "seeds/messages.toml:5: subject of a is empty -> write it"


# -- one text


def told(column, text, *declared, file=""):
    return [(line, message) for line, message, _ in faults(column, file, text, declared)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{name}", "{{name}"),
        ("{{ name }}", "{{ name }}"),
        ("{{name }}", "{{name }}"),
        ("{name}}", "{name}}"),
        ("{name}", "{name}"),
        ("{{{name}}}", "{{{name}}}"),
        ("{{first name}}", "{{"),
        ("{{#if name}}", "{{"),
        ("{{}}", "{{}}"),
        ("{{", "{{"),
        ("{{name}} {{nmae}", "{{nmae}"),
        ("{other}}", "{other}}"),
    ],
)
def test_braces_that_would_be_sent_as_they_stand_are_named(text, found):
    assert told("body", f"one\n{text}", "name") == [(2, f"has {found}, which is no placeholder")]


@pytest.mark.parametrize(
    "text", ["{{name}}{{name}}", "{other}", "a { b } c", "@media print{p{color:red}}", "{}}", "}}"]
)
def test_other_braces_are_nobodys_business(text):
    assert told("body", text, "name") == []


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_text_that_is_there_says_something(text):
    assert told("body", text) == [(1, "is empty")]
    assert told("body", None) == []  # NULL is a decision
    assert told("subject", None) == [(1, "is empty")]


@pytest.mark.parametrize("text", ["a\nb", "a\r\nBcc: all@mail.test", "a\r", "a\n"])
def test_a_subject_is_one_line(text):
    assert told("subject", text) == told("mail_Subject", text) == [(1, "has more than one line")]
    assert told("body", text) == []


PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A &amp; {{name}}</title>
<style>p > b { color: red } /* <p> */</style></head>
<body>
<!-- a <p> that is none --><!--[if mso]><table><![endif]-->
<p style="margin: 0">1 &lt; 2 <br>and<br/><img src="{{name}}" alt="<">
<a href="{{name}}">{{name}}</a></p>
<svg><path d="M0"/></svg><o:p/>
</body>
</html>
"""


def test_a_good_page_is_nothing_to_speak_of():
    assert told("body_html", PAGE, "name") == []


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("<p>\n<b>x</p>", 2, "<b> is not closed before </p>"),
        ("<p>\n<b>x</b>", 1, "<p> is not closed"),
        ("<p>x</p>\n</div>", 2, "</div> closes nothing"),
        ("<p>x</p>\n<div/>", 2, "<div> is not closed"),
        ("<ul>\n<li>x\n</ul>", 2, "<li> is not closed before </ul>"),
        ('x\n<a href="{{name}}>y</a>', 2, "a tag or comment begins, and does not end"),
        ("x\n<!-- y", 2, "a tag or comment begins, and does not end"),
        ("<p>x</p\n", 1, "a tag or comment begins, and does not end"),
        ("<style>p {}\n", 1, "<style> is not closed"),
    ],
)
def test_html_that_does_not_close_is_named(text, line, what):
    first, *_ = told("body_html", text, "name")

    assert first == (line, f"is no good HTML: {what}")


@pytest.mark.parametrize(
    ("column", "file", "read_as_html"),
    [
        ("body_html", "", True),
        ("bodyHtml", "x.txt", True),
        ("body", "{id}.html", True),
        ("body", "{id}.HTM", True),
        ("body", "{id}.txt", False),
        ("body_text", "", False),
    ],
)
def test_what_is_html_is_said_by_the_column_or_by_its_file(column, file, read_as_html):
    assert bool(told(column, "<p>", file=file)) == read_as_html
