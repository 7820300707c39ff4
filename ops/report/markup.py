"""HTML that escapes what it is given: only what was made here is taken as it is."""

import html
from pathlib import Path

from .words import clean, one_line

STYLE = Path(__file__).with_name("page.css")
# Nothing is loaded and nothing runs, whatever a name in a database may say.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
HEAD = f"""<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Everything that is no Markup is made visible and escaped."""
    return value if isinstance(value, Markup) else Markup(html.escape(clean(value), quote=True))


def several(*parts: str) -> Markup:
    return Markup("".join(map(text, parts)))


def el(name: str, *content: str, **attributes: str) -> Markup:
    """An element; `class_` is the attribute class, and `aria_label` is aria-label."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{given}>{several(*content)}</{name}>")


def page(title: str, *content: str) -> str:
    """A whole document, with its style in it."""
    style = el("style", Markup(STYLE.read_text("utf-8")))
    head = el("head", Markup(HEAD), el("title", one_line(title)), style)
    body = el("body", el("main", *(several("\n", part) for part in content if part)))
    return f"<!doctype html>\n{el('html', head, body, lang='en')}"
