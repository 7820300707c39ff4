from ops.findings import Finding, Severity
from ops.report.github import github


def finding(message, severity=Severity.ERROR):
    return Finding("migration 0005.x", message, "do this", severity=severity)


def test_an_annotation_stands_where_its_message_points():
    assert github([finding("migrations/0005.x.sql:12:3: wrong")]) == (
        "::error title=migration 0005.x,file=migrations/0005.x.sql,line=12,col=3::wrong%0A-> do this"
    )
    assert github([finding("migrations/0005.x.sql: wrong")]) == (
        "::error title=migration 0005.x,file=migrations/0005.x.sql::wrong%0A-> do this"
    )
    assert github([finding("not compared with main: why")]) == (
        "::error title=migration 0005.x::not compared with main: why%0A-> do this"
    )


def test_no_text_can_end_the_command_or_begin_another():
    found = Finding("table a:b,c", "100 %\r\n::error::mine", "x")

    assert github([found]) == "::error title=table a%3Ab%2Cc::100 %25%0D%0A::error::mine%0A-> x"


def test_the_worst_come_first_and_the_rest_is_counted():
    many = [finding(f"w{n}", Severity.WARNING) for n in range(10)] + [
        finding("worst"),
        finding("bad"),
    ]
    lines = github(many).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 2 + ["::warning"] * 8 + [
        "::notice::and"
    ]
    assert lines[-1] == "::notice::and 2 more: invoke check"
    assert github([]) == ""
