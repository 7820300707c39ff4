"""Where the database is: a URL taken apart, translated for libpq, and refused without being quoted.

libpq's own complaints repeat the password, so it never sees a URL that is not understood here.
"""

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from .errors import SettingsError
from .names import nearest

SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")  # weakest first


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# PostgreSQL 18, "Parameter Key Words"
LIBPQ = _words(
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
ORM_ONLY = _words(
    """
    connection_limit max_connection_lifetime max_idle_connection_lifetime pgbouncer pool_timeout
    prepared_statement_cache_size schema single_use_connections socket_timeout ssl sslaccept
    sslidentity statement_cache_size uselibpqcompat
    """
)
SECRET_PARAMETERS = _words(
    "oauth_client_secret password scram_client_key scram_server_key sslpassword"
)

POOLER_PORTS = frozenset({"6543", "25061"})

URL_FORM = "write it as postgresql://USER:PASSWORD@HOST:5432/NAME"
ENCODE = (
    "percent-encode the user name and the password: "
    "python3 -c \"from urllib.parse import quote; print(quote(input(), safe=''))\""
)

_QUOTES = ("'", '"', "`")
_REFERENCE = re.compile(r"\$\{[\w.-]+\}|\{\{\s*[\w.-]+\s*\}\}")
_EXAMPLE_WORD = re.compile(
    r"user(name)?|pass(word)?|pwd|secret|host(name)?|change[-_]?me|x{3,}|\*{3,}", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FILL_IN = re.compile(r"<.*>|\[.*[A-Za-z].*\]|your[-_].*", re.IGNORECASE)
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----"
)


@dataclass(frozen=True, slots=True)
class Target:
    """The database that we talk to; its password is in `conninfo` and nowhere else."""

    host: str  # a name, an address, a socket's folder, or several of these with commas
    port: int  # of the first host
    name: str
    user: str  # empty: libpq takes the operating system's
    conninfo: str = field(repr=False)  # for psycopg.connect
    variable: str  # which variable it came from
    is_local: bool
    sslmode: str = "prefer"
    is_developers: bool = False  # on this machine, and APP_ENV is local: `invoke up` starts it

    def __str__(self) -> str:
        address = f"{self.host}:{self.port}/{self.name}"
        return f"{self.user}@{address}" if self.user else address


def read_target(variable: str, url: str, ca_cert: str = "") -> Target:
    """Read a PostgreSQL URL as libpq means it, and refuse it in words that repeat nothing of it.

    ORM-only parameters are translated or dropped. `ca_cert` is PEM text: with it the server's
    name and certificate are verified. Raises SettingsError, which names `variable`.
    """
    refuse = functools.partial(_refusal, variable)
    _check_is_url(refuse, url)
    _check_is_escaped(refuse, url.partition("://")[2])
    given = _given(refuse, url.partition("://")[2])
    _check_is_complete(refuse, given)
    is_local = all(map(is_local_host, given.get("hostaddr", given["host"]).split(",")))
    _check_is_filled_in(refuse, url)
    sslmode = _sslmode(refuse, given, is_local, bool(ca_cert))
    parameters = _for_libpq(given) | {"sslmode": sslmode}
    if ca_cert:
        parameters["sslrootcert"] = _ca_file(_certificates(ca_cert))
    return Target(
        host=given["host"],
        port=int(given["port"].split(",")[0]),
        name=given["dbname"],
        user=given.get("user", ""),
        conninfo=" ".join(f"{name}={_quoted(value)}" for name, value in parameters.items()),
        variable=variable,
        is_local=is_local,
        sslmode=sslmode,
    )


def is_local_host(host: str) -> bool:
    """Whether this machine answers under that name; a socket's folder is always local."""
    return bool(
        re.fullmatch(r"localhost|::1|0\.0\.0\.0|127(\.\d{1,3}){3}|[/@].*", host.strip("[]").lower())
    )


class _Refuse(Protocol):
    def __call__(self, what: str, hint: str = URL_FORM) -> SettingsError: ...


def _refusal(variable: str, what: str, hint: str = URL_FORM) -> SettingsError:
    return SettingsError(f"{variable} {what}", hint=hint)


def _check_is_url(refuse: _Refuse, url: str) -> None:
    scheme, separator, _ = url.partition("://")
    if _REFERENCE.fullmatch(url):
        raise refuse(f"is still the reference {url}", "bind it to the database in the platform")
    if url != url.strip():
        raise refuse("begins or ends with white space", "set it again without the white space")
    if url.startswith(_QUOTES) or url.endswith(_QUOTES):
        raise refuse("has quotes around it", "set it again without the quotes")
    if not separator and re.match(r"\w+\s*=", url):
        raise refuse("is of the form key=value, not a URL")
    if not separator:
        raise refuse("has no scheme")
    if not re.fullmatch(r"postgres(ql)?(\+\w+)?", scheme):  # `+psycopg` is how an ORM spells it
        raise refuse("does not begin with postgresql://")


def _check_is_escaped(refuse: _Refuse, rest: str) -> None:
    """Find the characters that would make one part of the URL look like another."""
    authority = re.split("[/?]", rest, maxsplit=1)[0]
    if re.search(r"\$\{.*\}|\{\{.*\}\}", rest):
        raise refuse("holds a reference that was not resolved", "write out what it stands for")
    if re.search(r"[\s\x00-\x1f\x7f]", rest):
        raise refuse("holds white space or a control character", ENCODE)
    if "#" in rest:
        raise refuse("holds a # that is not percent-encoded", ENCODE)
    if rest.count("@") > 1:
        raise refuse("holds more than one @", ENCODE)
    if "@" in rest and "@" not in authority:
        mark = rest[len(authority)]
        raise refuse(f"holds a {mark} before the @ that is not percent-encoded", ENCODE)
    if rest.count("?") > 1:
        raise refuse("holds a second ?", "join the parameters with &")
    if re.search(r"%(?![0-9A-Fa-f]{2})", rest):
        raise refuse("holds a % that is not followed by two hexadecimal digits", ENCODE)
    if "\ufffd" in (decoded := unquote(rest)) or "\0" in decoded:
        raise refuse("holds percent-encoded bytes that are no UTF-8 text", ENCODE)


def _given(refuse: _Refuse, rest: str) -> dict[str, str]:
    """What the URL says, by libpq's names and the ORMs'; as in libpq, the query part wins."""
    before, _, query = rest.partition("?")
    authority, _, path = before.partition("/")
    if "/" in path:
        raise refuse("holds a / in or after the name of the database", "remove it, or write %2F")
    given = {**_authority(authority), "dbname": unquote(path), **_query(refuse, query)}
    if "sslkey" not in given and "sslcert" in given:
        # Prisma's word for the authority of the server; libpq's own comes with a key
        given.setdefault("sslrootcert", given.pop("sslcert"))
    return {"port": "5432", **{name: value for name, value in given.items() if value}}


def _authority(authority: str) -> dict[str, str]:
    userinfo, _, addresses = authority.rpartition("@")
    # A second colon belongs to the password: every parser of URLs agrees on that.
    user, _, password = userinfo.partition(":")
    pairs = [_address(address) for address in addresses.split(",")] if addresses else []
    return {
        "host": ",".join(host for host, _ in pairs),
        "port": ",".join(port for _, port in pairs),
        "user": unquote(user),
        "password": unquote(password),
    }


def _address(address: str) -> tuple[str, str]:
    """Split `host:port`; the brackets are those of an IPv6 address."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", address)
    host, port = bracketed.groups() if bracketed else address.partition(":")[::2]
    return unquote(host), port or "5432"


def _query(refuse: _Refuse, query: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    if not all(equals for _, equals, _ in pairs):
        raise refuse("has a parameter without =", "write each parameter as name=value, joined by &")
    values = {unquote(name): unquote(value) for name, _, value in pairs}
    unknown = [name for name in values if name not in LIBPQ | ORM_ONLY]
    if unknown:
        raise _unknown(refuse, unknown[0], secret=not SECRET_PARAMETERS.isdisjoint(values))
    return values


def _unknown(refuse: _Refuse, name: str, secret: bool) -> SettingsError:
    # After `password=`, what looks like a name may be the rest of a password with an & in it.
    if secret or not _NAME.fullmatch(name):
        return refuse("has a parameter that libpq does not know", ENCODE)
    near = nearest(name, tuple(sorted(LIBPQ)))
    hint = f"write {near} instead, or remove {name}" if near else f"remove {name} from the URL"
    return refuse(f"has the parameter {name}, which libpq does not know", hint)


def _check_is_complete(refuse: _Refuse, given: Mapping[str, str]) -> None:
    hosts, ports = given.get("host", "").split(","), given["port"].split(",")
    if not all(port.isascii() and port.isdigit() for port in ports):
        raise refuse("has a port that is not a number", f"{URL_FORM}, IPv6 in [ ]; {ENCODE}")
    if not all(len(port) < 6 and 0 < int(port) < 65536 for port in ports):
        raise refuse("has a port outside 1 to 65535")
    if not all(hosts):
        raise refuse("names no host", f"{URL_FORM}; a socket's folder goes into ?host=/FOLDER")
    if len(ports) not in (1, len(hosts)):
        raise refuse("has more ports than hosts, or fewer")
    if not given.get("dbname"):
        raise refuse("names no database")


def _check_is_filled_in(refuse: _Refuse, url: str) -> None:
    """Refuse an example's URL. What is looked at is undecoded: a real `<` can be encoded."""
    authority = re.split(r"://|[/?]", url)[1]
    userinfo, _, address = authority.rpartition("@")
    words = [*userinfo.split(":", 1), address.split(":")[0]]
    if all(map(_EXAMPLE_WORD.fullmatch, words)) or any(map(_FILL_IN.fullmatch, words)):
        raise refuse("is still an example such as user:password@host", "write the real one")


def _sslmode(
    refuse: _Refuse, given: Mapping[str, str], is_local: bool, has_certificates: bool
) -> str:
    """Encrypt unless the server is this machine; verify whom we talk to where we can."""
    usual = "prefer" if is_local else "require"
    spelt = given.get("sslmode") or given.get("ssl") or usual
    # `ssl` is how JDBC and asyncpg, `no-verify` how node-postgres says it
    mode = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(spelt, spelt)
    mode = "require" if mode == "no-verify" else mode
    if mode not in SSLMODES:
        hint = "write sslmode=require, or verify-full, which looks at the server's certificate too"
        raise refuse(f"has an sslmode that is none of {', '.join(SSLMODES)}", hint)
    strict = given.get("sslaccept") == "strict" and "sslrootcert" in given
    return "verify-full" if (has_certificates or strict) and mode != "verify-ca" else mode


def _for_libpq(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters in libpq's words, with our defaults where the URL is silent."""
    parameters = {
        "hostaddr": "",  # set, though to nothing: else PGHOSTADDR would lead us somewhere else
        "connect_timeout": "10",  # seconds
        "gssencmode": "disable",  # saves a round trip
    }
    parameters |= {name: value for name, value in given.items() if name not in ORM_ONLY}
    options = f"{given.get('options', '')} {_search_path(given)}".strip()
    return parameters | ({"options": options} if options else {})


def _search_path(given: Mapping[str, str]) -> str:
    """Prisma's `schema`, as an option of the session."""
    schema = given.get("schema", "")
    # PgBouncer refuses `options`, and `public` is what is searched without them
    if not schema or (schema == "public" and _through_pooler(given)):
        return ""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", schema):
        schema = '"' + schema.replace('"', '""') + '"'
    return "-csearch_path=" + re.sub(r"([\\\s])", r"\\\1", schema)


def _through_pooler(given: Mapping[str, str]) -> bool:
    return (
        given.get("pgbouncer") == "true"
        or not POOLER_PORTS.isdisjoint(given["port"].split(","))
        or re.search(r"-pooler|\.pooler\.", given["host"]) is not None
    )


def _quoted(value: str) -> str:
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def _certificates(text: str) -> str:
    r"""Read PEM text whose line breaks may have become `\n` or spaces on the way."""
    bodies = _CERTIFICATE.findall(text.replace("\\r", "").replace("\\n", "\n"))
    if not bodies:
        raise SettingsError(
            "DATABASE_CA_CERT holds no PEM certificate",
            hint="set it to the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
        )
    lines = ("\n".join(re.findall(".{1,64}", "".join(body.split()))) for body in bodies)
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in lines
    )


@functools.cache
def _ca_file(pem: str) -> str:
    """Put the certificates where libpq can read them, until this process ends."""
    import atexit
    import tempfile

    try:
        handle, path = tempfile.mkstemp(prefix="ca-", suffix=".pem")  # only we may read it
        with os.fdopen(handle, "w") as file:
            file.write(pem)
    except OSError as error:
        raise SettingsError(
            f"no place to write DATABASE_CA_CERT for libpq: {error.strerror}",
            hint="export TMPDIR=FOLDER, one that can be written",
        ) from None
    atexit.register(Path(path).unlink, missing_ok=True)
    return path
