"""The symptoms as they are met, worst first, and what may be behind each: a table, to be read."""

from ..migrate.diff import State
from ..seed.words import Kind
from . import causes as look
from .causes import Cause, blind, queue, rows, standing, told, variable
from .shared import (
    CLIENT,
    CODE,
    CROWD,
    FAILING,
    HIDDEN,
    LAST_RUN,
    LOST,
    MAIL,
    POOLER,
    PROBE,
    RIGHTS,
    UNREAD,
    WAITING,
    WRONG,
    Entry,
)

ENTRIES = (
    Entry(
        "already-exists",
        'A migration fails with "already exists"',
        "duplicate relation column table made by hand manually before exists 42P07 42701"
        " schema empty adopt baseline P3005",
        (
            Cause("all of it is here, and no migration is recorded", look.unadopted),
            Cause("something that a migration makes was made before, by hand", look.there_already),
        ),
    ),
    Entry(
        "wrong-database",
        "It works on the wrong database, or another one than the application",
        "environment stamp app_env laptop production different another tool mixed up connected",
        (WRONG,),
    ),
    Entry(
        "restored",
        "After a restore: data or migrations that were there are gone",
        "backup restored older old copy code database lost rewind dump snapshot server moved"
        " replaced failover yesterday today vanished disappeared back again rows records history",
        (
            Cause("the database is a restored copy, or on another server", look.moved),
            Cause("what was applied after the backup is not here", look.rewound),
        ),
    ),
    Entry(
        "deploy-waits",
        "A deploy waits, or ends with somebody else is migrating",
        "hangs hung lock locked held blocked exit 4 concurrent twice session waiting stuck release"
        " pooler pgbouncer slow never ends",
        (Cause("another run holds the lock", look.held), POOLER),
    ),
    Entry(
        "permission-denied",
        "Permission denied, for a table or to create in schema public",
        "rights grant privilege role owner create forbidden not allowed insufficient must be"
        " usage select",
        (
            RIGHTS,
            Cause("the last run was denied something", look.denied),
            Cause("rights differ from Git's", told("schema.drift", "grant policy")),
            HIDDEN,
        ),
    ),
    Entry(
        "read-only",
        "Nothing can be written: read-only transaction",
        "cannot execute insert update replica standby recovery default_transaction_read_only"
        " read only write",
        (Cause("the server is a replica, only reads, or is too old", look.unwritable),),
    ),
    Entry(
        "deploy-blocked",
        "A deploy is blocked: sync is refused or a migration fails",
        "failed failing release migrate stopped edited changed after applied interrupted late"
        " deleted missing removed file old history sync error exit 5 6 refused syntax foreign key"
        " implemented incompatible types contains null values empty half killed middle number",
        (
            Cause("a migration cannot be run as it is written", look.unrunnable),
            Cause(
                "an applied migration was edited, or its file deleted",
                standing(State.EDITED, State.MISSING),
            ),
            Cause(
                "a migration failed, was interrupted, or arrived late",
                standing(State.FAILED, State.INTERRUPTED, State.LATE),
            ),
            LAST_RUN,
            RIGHTS,
            WRONG,
        ),
    ),
    Entry(
        "does-not-exist",
        "The application says: relation or column does not exist",
        "undefined missing table function unknown no such 42P01 42703 P2021 P2022 500 internal"
        " server error schema search path",
        (
            WAITING,
            LOST,
            UNREAD,
            Cause("no schema of the search path is here", look.search_path),
            CLIENT,
        ),
    ),
    Entry(
        "create-fails",
        "Creating something fails, such as a user",
        "sign up register insert new trigger add registration account cannot create error function"
        " record has no field preferences duplicate key value violates unique on conflict"
        " exclusion specification matching 42P10 called saved null",
        (
            CODE,
            FAILING,
            Cause("a sequence gives a number that is taken", told("data.sequences")),
            LOST,
            WAITING,
        ),
        PROBE,
    ),
    Entry(
        "write-refused",
        "An upload or a change is refused, such as an attachment",
        "file limit storage attach save too large many check constraint violates not null invoice"
        " approve approval invalid value rejected negative amount rounded number decimals array"
        " literal malformed json delete deleting null on conflict specification",
        (
            Cause(
                "a constraint, a column or a type is not as in Git",
                told("schema.drift", "constraint column type domain policy index"),
            ),
            CODE,
            FAILING,
            Cause(
                "a row of system data, and what it allows, is not as in Git",
                rows(Kind.UPDATE, Kind.DEACTIVATE),
            ),
        ),
        PROBE,
    ),
    Entry(
        "no-mail",
        "Mail never arrives, such as an invitation",
        "email message invite invited send sending sent smtp receive received inbox queue"
        " processing delivered login refused 535 stuck late delayed template reminder lost deliver"
        " newsletter out gone yet",
        (
            Cause("the mail server is not configured", variable("SMTP_")),
            Cause("the mail server is not reached, or does not let us in", look.mail_server),
            Cause(
                "a template is missing, doubled or not as in Git",
                rows(Kind.INSERT, Kind.DUPLICATE, Kind.UPDATE, texts=True),
            ),
            Cause("due mail waits: nobody sends it", queue("sent within")),
            Cause("mail is stuck in processing: its worker is gone", queue("none stuck")),
            Cause("mail could not be sent", queue("none failed")),
            Cause("nobody could look at the queue", look.mail_unseen),
        ),
        MAIL,
    ),
    Entry(
        "mail-twice",
        "Mail arrives twice",
        "email message duplicate double doubled several times again invitation copies same send"
        " every customer twice",
        (
            Cause("a worker was lost: what it had claimed is sent again", queue("none stuck")),
            Cause("nobody could look at the queue", look.mail_unseen),
        ),
        "whether a worker of the application itself claims what it sends: it needs a lock, such as"
        " FOR UPDATE SKIP LOCKED",
    ),
    Entry(
        "bad-links",
        "Links in mail lead to localhost, or nowhere",
        "link url frontend_url click button invitation broken wrong address http https domain",
        (Cause("the address of the application is wrong", look.links),),
    ),
    Entry(
        "empty-list",
        "A drop-down or a list is empty: no role to choose from",
        "dropdown select selection menu options choose roles templates missing nothing empty rows"
        " system data show shown pick assign team member template",
        (
            Cause("rows that Git holds are not here", rows(Kind.INSERT)),
            Cause("rows differ from Git, as in a flag that the list filters on", rows(Kind.UPDATE)),
            UNREAD,
            WAITING,
        ),
    ),
    Entry(
        "doubled",
        "Something is there twice: a role, a template",
        "duplicate duplicated doubled double several times copies same two templates roles list",
        (
            Cause("a key of system data is there twice", rows(Kind.DUPLICATE)),
            Cause("rows that Git does not hold", rows(Kind.SURPLUS)),
            Cause("nothing keeps that key unique", told("data.keys")),
        ),
    ),
    Entry(
        "other-values",
        "A role may do too much or too little; a text reads otherwise",
        "permission permissions limit old wrong text template content edited changed value settings"
        " outdated inactive",
        (Cause("system data was edited here, or Git moved", rows(Kind.UPDATE, Kind.DEACTIVATE)),),
    ),
    Entry(
        "demo-data",
        "Demo data or test customer accounts are in production",
        "demo example sample test fake customer data seed default password",
        (Cause("rows are here that are meant for other environments", rows(Kind.UNWANTED)),),
    ),
    Entry(
        "variables",
        "A variable is missing: a feature is off, or a deploy is refused",
        "environment env variable exit 2 secret unset configuration config placeholder jwt token"
        " setting not set start undefined crash switch flag unused unread read test fake payment"
        " production smtp password",
        (Cause("a variable is missing, wrong, or called otherwise by the code", variable("")),),
    ),
    Entry(
        "no-slots",
        "Too many clients: no connection slot is free",
        "connections slots exhausted remaining reserved superuser pool too many max_connections"
        " sorry limit",
        (CROWD, POOLER),
    ),
    Entry(
        "no-connection",
        "The database cannot be reached",
        "connection refused timeout timed out connect host dns tls ssl certificate password"
        " authentication private firewall network translate unreachable database name",
        (Cause("the connection fails: it did not", look.nothing), CROWD),
        "a connection that fails only now and then, or from elsewhere: invoke doctor, there",
    ),
    Entry(
        "stale-client",
        "The application does not know a table or a column that is there",
        "client generated types stale outdated attribute field unknown model orm import",
        (CLIENT, WAITING),
    ),
    Entry(
        "rolled-back",
        "The database is newer than the code",
        "ahead rollback rolled back previous release version downgrade newer revert",
        (Cause("migrations are applied that this commit does not hold", standing(State.AHEAD)),),
    ),
    Entry(
        "not-synced",
        "A deploy went live without its migrations, or although one failed",
        "release procfile app spec job pending ran run started service anyway nobody noticed"
        " skipped step lost overwritten swallowed true",
        (
            Cause("the release does not run sync, or goes on where it fails", told("code.release")),
            WAITING,
        ),
    ),
    Entry(
        "two-tools",
        "Two migration tools work on one database",
        "prisma alembic flyway knex django rails sequelize liquibase orm systems fight history sql"
        " both other another _prisma_migrations",
        (Cause("another tool's record of migrations is here", look.other_tools),),
    ),
    Entry(
        "otherwise",
        "It is not as it is elsewhere",
        "parity differs different works locally only production drift strange odd wrong commit"
        " version deployed verify red console manual manually somebody unknown nobody knows extra"
        " column table index name rounded changed laptop",
        (
            Cause("this environment is not what Git says", told("")),
            Cause("a check could not look", blind()),
        ),
    ),
)
