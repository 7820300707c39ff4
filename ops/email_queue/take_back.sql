-- What a worker claimed and never finished waits again. It counts as a try: a message that kills
-- whoever sends it must not do so for ever.
with dead as materialized (
    select id, retry_count < max_retries as again from {table}
    where status = 'processing'
      and extract(epoch from now() - coalesce(claimed_at, updated_at)) > %(stuck_after)s::float8
    for update skip locked
)
update {table} q set
    status = case when again then 'pending' else 'failed' end,
    failed_at = case when again then null else now() end,
    retry_count = q.retry_count + again::int,
    error_message = 'abandoned: its worker ' || coalesce(q.claimed_by, '(unknown)')
                    || ' did not finish',
    claimed_at = null, claimed_by = null
from dead where q.id = dead.id
returning q.id
