"""The table of contents: `invoke --list` shows it. What each task does is in ops/verbs/."""

from invoke import Collection

from ops.verbs.adopting import prisma
from ops.verbs.environments import compare, compare_places, environment, show_facts
from ops.verbs.mail import check_mail, process, retry, show_queue
from ops.verbs.migrations import accept, apply, baseline, capture, dev, new, reset, rollback, status
from ops.verbs.parity import probe, roles, seed, sync, templates, verify
from ops.verbs.place import doctor, down, overview, preflight, show_history, up
from ops.verbs.project import check, rehearse_restore, test
from ops.verbs.schema import client, diff, snapshot

namespace = Collection(
    up,
    down,
    preflight,
    doctor,
    overview,
    sync,
    verify,
    probe,
    seed,
    roles,
    templates,
    client,
    show_facts,
    compare,
    show_history,
    test,
    check,
)
variables = Collection("env")
variables.add_task(environment, name="show", default=True)  # type: ignore[arg-type]
variables.add_task(compare_places, name="diff")  # type: ignore[arg-type]
namespace.add_collection(variables)
namespace.add_collection(
    Collection("migrate", apply, status, new, dev, capture, accept, baseline, rollback, reset)
)
namespace.add_collection(Collection("schema", snapshot, diff))
namespace.add_collection(Collection("restore", rehearse_restore))
namespace.add_collection(Collection("email", show_queue, process, retry, check_mail))
namespace.add_collection(Collection("adopt", prisma))
