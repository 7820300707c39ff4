import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ops.findings import Dimension
from ops.report.html import MARKS, apart, failure, render
from ops.report.markup import STYLE, el
from ops.report.words import clean
from tests.verdicts import (
    ALL_WELL,
    DIFFERENT,
    DONE,
    LOOKED_AT,
    NASTY,
    STOPPED,
    UNREACHABLE,
    broken,
    error,
    nasty,
    result,
    verdict,
    warning,
)

AT = datetime(2025, 11, 22, 15, 5, 9, tzinfo=UTC)
VOID = {"meta"}


class Page(HTMLParser):
    """What a browser sees: elements with their attributes, and the words in them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []  # every element that was opened is closed

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in self.open or [""]:
            self.words.setdefault(tag, []).append(data)

    def said(self, tag):
        return " ".join("".join(self.words.get(tag, [])).split())

    def tags(self):
        return [tag for tag, _ in self.elements]


def page(*results, **rest):
    return Page(render(verdict(*results, **rest), AT))


def shape(text):
    """The elements and their attributes without values: what no name may change."""
    return [(tag, sorted(attributes)) for tag, attributes in Page(text).elements]


# -- what it says


@pytest.mark.parametrize(
    ("told", "kind", "title"),
    [
        (verdict(*ALL_WELL), "good", f"In parity: {LOOKED_AT}"),
        (verdict(result("code", warning())), "warn", f"In parity: {LOOKED_AT}, 1 warning"),
        (verdict(*DIFFERENT), "bad", "Not in parity: 2 differences, 1 warning"),
        (verdict(**STOPPED), "bad", "Stopped: phase 2 Migrations failed"),
        (verdict(**DONE), "good", "Done: 1 migration applied, 0 rows written"),
        (verdict(), "bad", "Not in parity: nothing was looked at"),
    ],
)
def test_the_title_is_the_verdict_and_the_heading_has_its_sign(told, kind, title):
    shown = Page(render(told, AT))

    assert shown.said("title") == f"{title} · production"
    assert ("h1", {"class": kind}) in shown.elements
    assert shown.said("h1") == MARKS[kind] + title.partition(":")[0]


def test_the_head_says_where_it_was_looked_and_when():
    shown = page(*ALL_WELL)

    assert shown.said("dl") == (
        "Environmentproduction"
        "Databaseapp@db-1.internal:25060/app"
        "ServerPostgreSQL 15.18"
        "This code4f1a1a80b0b0 (COMMIT_HASH)"
        "Delivered here4f1a1a80b0b0"
        f"Compared{LOOKED_AT}"
    )
    assert shown.said("footer") == "Generated 2025-11-22 15:05:09 UTC by invoke verify in 1.23 s."


def test_the_four_dimensions_have_a_card_each_and_one_that_was_not_asked_says_so():
    told = render(verdict(*DIFFERENT[:2], broken(Dimension.CODE)), AT)
    cards = re.findall(r'<li class="card (\w+)">(.*?)</ul></li>', told)
    words = [(kind, re.sub(r"<[^>]+>", " ", card).split()) for kind, card in cards]

    assert [(kind, " ".join(said)) for kind, said in words] == [
        ("bad", "Schema ✗ 1 difference ✗ drift 1 found"),
        ("bad", "Data ✗ 1 difference ✗ seeds 1 found"),
        ("bad", "Code ✗ 1 check could not look ? check could not look"),
        ("none", "Environment — not looked at"),
    ]


def test_both_values_stand_side_by_side_and_what_differs_is_marked():
    told = render(verdict(*DIFFERENT), AT)

    assert "<td><pre>numeric(15,2)</pre></td><td><pre>integer</pre></td>" in told
    assert (
        "<td><pre>limit = <mark>50</mark></pre></td><td><pre>limit = <mark>5</mark></pre></td>"
    ) in told
    assert '<th scope="col">Expected in Git</th><th scope="col">Observed here</th>' in told


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (("a b c", "a x c"), ("a <mark>b</mark> c", "a <mark>x</mark> c")),
        (("a", "a b"), ("a", "a<mark> b</mark>")),
        (("same", "same"), ("same", "same")),
        (("one", "two"), ("one", "two")),
        (("one", ""), ("one", "—")),
        (("<a> 1", "<a> 2"), ("&lt;a&gt; <mark>1</mark>", "&lt;a&gt; <mark>2</mark>")),
        (("a a", "a"), ("a<mark> a</mark>", "a")),
    ],
)
def test_words_that_differ_are_marked_where_others_are_alike(values, shown):
    assert apart(*values) == shown


def test_a_hint_is_told_once_for_all_that_share_it():
    told = render(verdict(result("schema", error("a"), error("b"), error("c", hint="other"))), AT)

    assert re.findall(r'class="hint">.*?<code>(.*?)</code>', told) == ["invoke sync", "other"]


def test_a_run_that_was_stopped_says_why_and_how_long_each_phase_took():
    shown = page(**STOPPED)

    assert shown.said("pre").startswith("migrations/0006.b.sql:12:8: no such column nothing of it")
    assert "1 Preflight✓ok0.06direct connection2 Migrations✗failed0.410005.a" in shown.said("table")


def test_the_last_runs_are_a_table_where_there_are_any():
    runs = (("run", "task"), (12, "sync"), (11, None))

    assert page(*ALL_WELL, runs=runs).said("table") == "runtask12sync11"
    assert "table" not in page(*ALL_WELL).tags()


def test_what_nobody_looked_at_is_listed():
    assert "table a_* (theirs)" in page(*ALL_WELL, left_out=("table a_* (theirs)",)).words["li"]


def test_a_task_that_could_not_look_has_a_page_that_says_why():
    shown = Page(failure("verify", UNREACHABLE, AT))

    assert shown.said("title") == "Could not look: invoke verify"
    assert shown.said("header") == "invoke verify✗Could not lookexit code 3"
    assert shown.said("pre") == "cannot reach <app> at 1 | 2"
    assert shown.said("footer") == "Generated 2025-11-22 15:05:09 UTC by invoke verify."


# -- what it is made of

EVERY = [
    render(told, AT)
    for told in (
        verdict(*ALL_WELL, runs=(("run",), (1,))),
        verdict(*DIFFERENT, broken("code"), left_out=("x",)),
        verdict(**STOPPED),
    )
] + [failure("verify", UNREACHABLE, AT)]


@pytest.mark.parametrize("text", EVERY)
def test_a_page_needs_nothing_beside_itself_and_runs_nothing(text):
    shown = Page(text)

    assert {"script", "link", "img", "iframe", "object", "form"} & {*shown.tags()} == set()
    assert re.findall(r"url\(|@import|https?:|//", text) == []
    assert [a for _, given in shown.elements for a in given if a.startswith("on")] == []
    policy = next(a["content"] for _, a in shown.elements if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.parametrize("text", EVERY)
def test_a_page_can_be_read_aloud(text):
    shown = Page(text)
    headings = [int(tag[1]) for tag in shown.tags() if re.fullmatch(r"h\d", tag)]

    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert all("scope" in given for tag, given in shown.elements if tag == "th")
    assert ("html", {"lang": "en"}) in shown.elements


@pytest.mark.parametrize("text", EVERY)
def test_every_place_that_is_named_is_there_once(text):
    given = [attributes for _, attributes in Page(text).elements]
    ids = [attributes["id"] for attributes in given if "id" in attributes]
    named = {a["href"].removeprefix("#") for a in given if "href" in a}
    named |= {a["aria-labelledby"] for a in given if "aria-labelledby" in a}

    assert len(ids) == len({*ids})
    assert named <= {*ids}


@pytest.mark.parametrize("text", NASTY)
def test_no_name_changes_what_the_page_is_made_of(text):
    assert shape(render(nasty(text), AT)) == shape(render(nasty("harmless name and some"), AT))


@pytest.mark.parametrize("text", NASTY)
def test_every_name_can_be_seen_as_it_is(text):
    shown = Page(render(nasty(text), AT))
    words = "".join(shown.words["body"])

    assert [c for c in words if not c.isprintable() and c != "\n"] == []
    assert clean(text) in words


def test_only_what_was_made_here_is_taken_as_it_is():
    assert el("p", "<b>", el("b", "&"), class_='"x"') == (
        '<p class="&quot;x&quot;">&lt;b&gt;<b>&amp;</b></p>'
    )


# -- its colours


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_word_stands_out_from_what_is_behind_it_by_day_and_by_night():
    sheet = STYLE.read_text("utf-8").partition("@media print")[0]
    schemes = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)

    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", scheme))
        for ink in ("ink", "soft", "good", "warn", "bad"):
            for paper in ("paper", "card"):
                assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper, scheme)
        assert contrast(colours["ink"], colours["marked"]) >= 4.5
