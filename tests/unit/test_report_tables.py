import pytest

from ops.report.tables import table

HEADERS = ("run", "when", "how_it_ended", "by")
ROW = (1, "2025-01-02 03:04", "failed: " + "word " * 12, "me@host")


@pytest.fixture(autouse=True)
def screen(monkeypatch):
    """A screen of 80 columns, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "80")
    return lambda width: monkeypatch.setenv("COLUMNS", str(width))


def widest(text):
    return max(map(len, text.splitlines()))


def test_a_table_that_fits_is_as_wide_as_it_must_be():
    assert table(("id", "state"), [("0001.a", "applied"), ("0002.bb", None)]) == (
        "id       state\n"  #
        "-------  -------\n"
        "0001.a   applied\n"
        "0002.bb"
    )


def test_the_widest_column_wraps_and_the_others_stay_whole():
    assert table(HEADERS, [ROW]) == (
        "run  when              how_it_ended                                     by\n"
        "---  ----------------  -----------------------------------------------  -------\n"
        "1    2025-01-02 03:04  failed: word word word word word word word word  me@host\n"
        "                       word word word word"
    )


@pytest.mark.parametrize("width", range(40, 120, 5))
def test_no_line_is_wider_than_the_screen_and_no_word_is_lost(screen, width):
    screen(width)
    shown = table(HEADERS, [ROW, (22, "2025-01-02", "done", "someone@" + "x" * 14)])

    assert widest(shown) <= width
    assert shown.count("word") == 12


def test_a_heading_may_break_at_its_underscores(screen):
    rows = [(True, "abcdefgh")]

    assert table(("is_system_role", "id"), rows).startswith("is_system_role  id\n")
    screen(21)
    assert table(("is_system_role", "id"), rows) == (
        "is_system_  id\n"  #
        "role\n"
        "----------  --------\n"
        "True        abcdefgh"
    )


def test_a_long_word_is_broken_before_the_table_is(screen):
    screen(40)

    assert table(("name", "state"), [("n" * 40, "applied")]) == (
        f"{'name':<31}  state\n{'-' * 31}  -------\n{'n' * 31}  applied\n{'n' * 9}"
    )


def test_columns_that_find_no_room_become_lines_and_what_is_empty_is_left_out(screen):
    screen(30)
    names = ("permissions", "is", "by", "state", "more")

    record = (
        "permissions: reports: view\n"
        "             invoices: view\n"
        "is:          1\n"
        f"by:          {'w' * 40}\n"
        "more:        a b c a b c a b c\n"
        "             a b c a b c a b c"
    )

    row = ("reports: view\ninvoices: view", 1, "w" * 40, None, "a b c " * 6)
    assert table(names, [row, row]) == f"{record}\n\n{record}"


def test_a_table_without_rows_is_its_headings():
    assert table(("a", "b"), []) == "a  b\n-  -"


def test_no_control_character_of_a_cell_reaches_the_screen():
    assert "\\x1b[31m" in table(("name",), [("\x1b[31mred",)])
