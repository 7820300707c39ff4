"""Sparing colour for a text that is finished, so that no wrapping ever counts what nobody sees."""

import re

RED, GREEN, YELLOW, DIM = 31, 32, 33, 2
# Names are indented or stand behind other words: at these places only our own words begin.
RULES = (
    (r"^IN PARITY: .*(?:\n  \S.*)*", GREEN),
    (r"^(?:NOT IN PARITY|STOPPED): .*(?:\n  \S.*)*", RED),
    (r"(?<=^\d  .{20})in parity\b", GREEN),  # how a phase ended
    (r"(?<=^\d  .{20})(?:differs|failed)\b", RED),
    (r"(?<=^.{13})warning:", YELLOW),
    (r"^( {13})-> .*(?:\n {16}\S.*)*", DIM),
)


def painted(text: str) -> str:
    """The verdict green or red, warnings yellow, what to type in the background."""
    for pattern, colour in RULES:
        text = re.sub(pattern, f"\x1b[{colour}m\\g<0>\x1b[0m", text, flags=re.MULTILINE)
    return text
