"""A URL taken apart, and refused without being quoted."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from ..names import nearest


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# PostgreSQL 18, "Parameter Key Words"
LIBPQ = words(
    """
    application_name channel_binding client_encoding connect_timeout dbname
    fallback_application_name gssdelegation gssencmode gsslib host hostaddr keepalives
    keepalives_count keepalives_idle keepalives_interval krbsrvname load_balance_hosts
    max_protocol_version min_protocol_version oauth_client_id oauth_client_secret oauth_issuer
    oauth_scope options passfile password port replication require_auth requirepeer
    scram_client_key scram_server_key service ssl_max_protocol_version ssl_min_protocol_version
    sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode
    sslnegotiation sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout user
    """
)

# What ORMs and drivers read from the URL for themselves; `schema` and `ssl` are translated.
ORM_ONLY = words(
    """
    connection_limit max_connection_lifetime max_idle_connection_lifetime pgbouncer pool_timeout
    prepared_statement_cache_size schema single_use_connections socket_timeout ssl sslaccept
    sslidentity statement_cache_size uselibpqcompat
    """
)
SECRET_PARAMETERS = words(
    "oauth_client_secret password scram_client_key scram_server_key sslpassword"
)

URL_FORM = "write it as postgresql://USER:PASSWORD@HOST:5432/NAME"
ENCODE = (
    "percent-encode the user name and the password: "
    "python3 -c \"from urllib.parse import quote; print(quote(input(), safe=''))\""
)

QUOTES = ("'", '"', "`")
REFERENCE = re.compile(r"\$\{[\w.-]+\}|\{\{\s*[\w.-]+\s*\}\}")
EXAMPLE_WORD = re.compile(
    r"user(name)?|pass(word)?|pwd|secret|host(name)?|change[-_]?me|x{3,}|\*{3,}", re.IGNORECASE
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FILL_IN = re.compile(r"<.*>|\[.*[A-Za-z].*\]|your[-_].*", re.IGNORECASE)


class Unfit(Exception):
    """What is wrong with a URL, in words that repeat nothing of it; its variable stands before."""

    def __init__(self, what: str, hint: str = URL_FORM) -> None:
        super().__init__(what)
        self.hint = hint


def taken_apart(url: str) -> dict[str, str]:
    """What the URL says, by libpq's names and the ORMs'; Unfit where that cannot be told."""
    check_is_url(url)
    rest = url.partition("://")[2]
    check_is_escaped(rest)
    given = parameters(rest)
    check_is_complete(given)
    check_is_filled_in(url)
    return given


def check_is_url(url: str) -> None:
    scheme, separator, _ = url.partition("://")
    if REFERENCE.fullmatch(url):
        raise Unfit(f"is still the reference {url}", "bind it to the database in the platform")
    if url != url.strip():
        raise Unfit("begins or ends with white space", "set it again without the white space")
    if url.startswith(QUOTES) or url.endswith(QUOTES):
        raise Unfit("has quotes around it", "set it again without the quotes")
    if not separator and re.match(r"\w+\s*=", url):
        raise Unfit("is of the form key=value, not a URL")
    if not separator:
        raise Unfit("has no scheme")
    if not re.fullmatch(r"postgres(ql)?(\+\w+)?", scheme):  # `+psycopg` is how an ORM spells it
        raise Unfit("does not begin with postgresql://")


def check_is_escaped(rest: str) -> None:
    """Find the characters that would make one part of the URL look like another."""
    authority = re.split("[/?]", rest, maxsplit=1)[0]
    if re.search(r"\$\{.*\}|\{\{.*\}\}", rest):
        raise Unfit("holds a reference that was not resolved", "write out what it stands for")
    if re.search(r"[\s\x00-\x1f\x7f]", rest):
        raise Unfit("holds white space or a control character", ENCODE)
    if "#" in rest:
        raise Unfit("holds a # that is not percent-encoded", ENCODE)
    if rest.count("@") > 1:
        raise Unfit("holds more than one @", ENCODE)
    if "@" in rest and "@" not in authority:
        mark = rest[len(authority)]
        raise Unfit(f"holds a {mark} before the @ that is not percent-encoded", ENCODE)
    if rest.count("?") > 1:
        raise Unfit("holds a second ?", "join the parameters with &")
    if re.search(r"%(?![0-9A-Fa-f]{2})", rest):
        raise Unfit("holds a % that is not followed by two hexadecimal digits", ENCODE)
    if "\ufffd" in (decoded := unquote(rest)) or "\0" in decoded:
        raise Unfit("holds percent-encoded bytes that are no UTF-8 text", ENCODE)


def parameters(rest: str) -> dict[str, str]:
    """What the URL says, by libpq's names and the ORMs'; as in libpq, the query part wins."""
    before, _, query = rest.partition("?")
    authority, _, path = before.partition("/")
    if "/" in path:
        raise Unfit("holds a / in or after the name of the database", "remove it, or write %2F")
    given = {**of_authority(authority), "dbname": unquote(path), **of_query(query)}
    if "sslkey" not in given and "sslcert" in given:
        # Prisma's word for the authority of the server; libpq's own comes with a key
        given.setdefault("sslrootcert", given.pop("sslcert"))
    return {"port": "5432", **{name: value for name, value in given.items() if value}}


def of_authority(authority: str) -> dict[str, str]:
    userinfo, _, addresses = authority.rpartition("@")
    # A second colon belongs to the password: every parser of URLs agrees on that.
    user, _, password = userinfo.partition(":")
    pairs = [of_address(address) for address in addresses.split(",")] if addresses else []
    return {
        "host": ",".join(host for host, _ in pairs),
        "port": ",".join(port for _, port in pairs),
        "user": unquote(user),
        "password": unquote(password),
    }


def of_address(address: str) -> tuple[str, str]:
    """Split `host:port`; the brackets are those of an IPv6 address."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", address)
    host, port = bracketed.groups() if bracketed else address.partition(":")[::2]
    return unquote(host), port or "5432"


def of_query(query: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    if not all(equals for _, equals, _ in pairs):
        raise Unfit("has a parameter without =", "write each parameter as name=value, joined by &")
    values = {unquote(name): unquote(value) for name, _, value in pairs}
    unknown = [name for name in values if name not in LIBPQ | ORM_ONLY]
    if unknown:
        raise of_unknown(unknown[0], secret=not SECRET_PARAMETERS.isdisjoint(values))
    return values


def of_unknown(name: str, secret: bool) -> Unfit:
    # After `password=`, what looks like a name may be the rest of a password with an & in it.
    if secret or not NAME.fullmatch(name):
        return Unfit("has a parameter that libpq does not know", ENCODE)
    near = nearest(name, tuple(sorted(LIBPQ)))
    hint = f"write {near} instead, or remove {name}" if near else f"remove {name} from the URL"
    return Unfit(f"has the parameter {name}, which libpq does not know", hint)


def check_is_complete(given: Mapping[str, str]) -> None:
    hosts, ports = given.get("host", "").split(","), given["port"].split(",")
    if not all(port.isascii() and port.isdigit() for port in ports):
        raise Unfit("has a port that is not a number", f"{URL_FORM}, IPv6 in [ ]; {ENCODE}")
    if not all(len(port) < 6 and 0 < int(port) < 65536 for port in ports):
        raise Unfit("has a port outside 1 to 65535")
    if not all(hosts):
        raise Unfit("names no host", f"{URL_FORM}; a socket's folder goes into ?host=/FOLDER")
    if len(ports) not in (1, len(hosts)):
        raise Unfit("has more ports than hosts, or fewer")
    if not given.get("dbname"):
        raise Unfit("names no database")


def check_is_filled_in(url: str) -> None:
    """Refuse an example's URL. What is looked at is undecoded: a real `<` can be encoded."""
    authority = re.split(r"://|[/?]", url)[1]
    userinfo, _, address = authority.rpartition("@")
    words = [*userinfo.split(":", 1), address.split(":")[0]]
    if all(map(EXAMPLE_WORD.fullmatch, words)) or any(map(FILL_IN.fullmatch, words)):
        raise Unfit("is still an example such as user:password@host", "write the real one")
