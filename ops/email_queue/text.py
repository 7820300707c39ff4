"""The words of an HTML page, for readers whose mail program shows no HTML."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "title"}
LINES = {"div", "tr", "li", "table", "section", "header", "footer", "ul", "ol"}
PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"}
LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)


def from_html(html: str) -> str:
    """Plain text: a paragraph is one, a link is followed by where it leads."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return "\n".join(reader.lines).strip()


class Reader(HTMLParser):
    """Collects what a page shows, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.line: list[str] = []  # pieces of the one that is not ended yet
        self.silent, self.link = 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        self.end_block(tag)
        if tag == "br":
            self.lines.append(self.taken())
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""
        elif tag in ("li", "td", "th"):
            self.line.append("- " if tag == "li" else " ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT and self.silent > 0
        self.end_block(tag)
        if tag == "a":
            shown = self.link.removeprefix("mailto:")
            if LINK.match(self.link) and not "".join(self.line).rstrip().endswith(shown):
                self.line.append(f" ({shown})")
            self.link = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.line.append(data)

    def end_block(self, tag: str) -> None:
        if tag in LINES or tag in PARAGRAPHS:
            self.end_line()
        if tag in PARAGRAPHS and self.lines and self.lines[-1]:
            self.lines.append("")

    def end_line(self) -> None:
        if line := self.taken():
            self.lines.append(line)

    def taken(self) -> str:
        """What the line says; the next one is empty."""
        text, self.line = " ".join("".join(self.line).split()), []
        return text
