"""Are the texts fit to be sent? Placeholders, subjects and HTML, read before anything is written.

A column whose name holds `subject` is the subject of a mail. One whose name holds `html`, or whose
file ends in .html, is HTML.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from ..errors import SettingsError
from ..names import meant
from .source import Source, shown

PLACEHOLDER = re.compile(r"\{\{([\w.]+)\}\}")
BRACES = re.compile(r"\{+\s*([\w.]*)\s*\}+|\{\{")
SAMPLE = "sample"
NO_END = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(NO_END.split())
FOREIGN = {"svg", "math"}  # in these, an element may end itself

Fault = tuple[int, str, str]  # the line within the text, what is wrong, what to do


def check(
    source: Source, raw: Mapping[str, Any], number: int, values: Mapping[str, Any], label: str
) -> None:
    """Raise SettingsError, at its line, for the first thing of a row that nobody should be sent."""
    rule = raw["placeholders"]
    declared = {name for name in values.get(rule["declared"]) or () if isinstance(name, str)}
    for column in rule["used"]:
        file = raw.get("files", {}).get(column, "")
        for line, message, hint in faults(column, file, values.get(column), declared):
            where = f"{shown(source.path)}:{source.line_of(column, number)}"
            if file and column not in {**raw.get("every", {}), **raw["rows"][number]}:
                where = f"{shown(source.path.parent / file.format(**values))}:{line}"
            raise SettingsError(f"{where}: {column} of {label} {message}", hint=hint)
    for message, hint in disagreements(rule, values, declared):
        raise source.refuse(f"{label} {message}", hint, name=rule["declared"], row=number)


def disagreements(
    rule: Mapping[str, Any], values: Mapping[str, Any], declared: set[str]
) -> Iterator[tuple[str, str]]:
    """Each `{{name}}` that a row uses is declared by it, and each declared one is used."""
    where = rule["declared"]
    used = {
        name for column in rule["used"] for name in PLACEHOLDER.findall(str(values.get(column)))
    }
    for name in sorted(used - declared):
        yield (
            f"uses {{{{{name}}}}}, which {where} does not declare",
            f"add it to {where}, or correct the text{meant(name, declared)}",
        )
    for name in sorted(declared - used):
        yield (
            f"declares {name}, and no text uses {{{{{name}}}}}",
            f"use it in {' or '.join(rule['used'])}, or remove it from {where}",
        )


def faults(column: str, file: str, text: Any, declared: Iterable[str]) -> Iterator[Fault]:
    """Everything that is wrong with one text, rendered with samples. Pure."""
    subject = "subject" in column.lower()
    if not isinstance(text, str) or not text.strip():
        if subject or isinstance(text, str):
            yield 1, "is empty", "write it"
        return
    yield from half_open(text, declared)
    if subject and re.search(r"[\r\n]", text):
        yield 1, "has more than one line", "a subject is one line: a mail would end its head there"
    if "html" in column.lower() or file.lower().endswith((".html", ".htm")):
        yield from unclosed(PLACEHOLDER.sub(SAMPLE, text))


def half_open(text: str, declared: Iterable[str]) -> Iterator[Fault]:
    """Braces that would be sent as they stand: `{{name}`, `{{ name }}`, `{name}`."""
    names = set(declared)
    for found in BRACES.finditer(text):
        doubled = "{{" in found[0] or (found[1] and "}}" in found[0])
        if not PLACEHOLDER.fullmatch(found[0]) and (doubled or found[1] in names):
            wanted = f"{{{{{found[1] or 'name'}}}}}"
            yield (
                line_of(text, found.start()),
                f"has {found[0]}, which is no placeholder",
                f"write {wanted}: two braces on either side, and no space",
            )


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def unclosed(text: str) -> list[Fault]:
    """Every tag that does not close, or closes nothing; also one that HTML lets stay open."""
    nesting = Nesting()
    nesting.feed(text)
    if "<" in nesting.rawdata:  # what the parser still waits for the end of
        nesting.complain("a tag or comment begins, and does not end")
    for tag, line in nesting.open:
        nesting.complain(f"<{tag}> is not closed", line)
    return nesting.faults


class Nesting(HTMLParser):
    """Follows which elements are open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[tuple[str, int]] = []
        self.faults: list[Fault] = []

    def complain(self, what: str, line: int = 0) -> None:
        self.faults.append((line or self.getpos()[0], f"is no good HTML: {what}", "correct it"))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        if ":" not in tag and not FOREIGN & {name for name, _ in self.open}:
            self.handle_starttag(tag, attrs)  # HTML reads <div/> as <div>

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        elif tag in (name for name, _ in self.open):
            inner, line = self.open[-1]
            self.complain(f"<{inner}> is not closed before </{tag}>", line)
            while self.open.pop()[0] != tag:
                pass
        elif tag not in VOID:
            self.complain(f"</{tag}> closes nothing")
