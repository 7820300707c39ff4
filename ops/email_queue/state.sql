-- How the queue stands, as one row. Each number comes from its own part of the table, so that an
-- index on what waits and on what is claimed serves it, however much was ever sent. Only the count
-- of failed ones reads the whole table, unless an index serves that too.
select (select count(*) from {table}
        where status::text = 'pending' and (scheduled_at is null or scheduled_at <= now())),
       (select extract(epoch from now() - min(greatest(scheduled_at, created_at)))::float8
        from {table}
        where status::text = 'pending' and (scheduled_at is null or scheduled_at <= now())),
       (select count(*) from {table} where status::text = 'pending' and scheduled_at > now()),
       (select count(*) from {table} where status::text = 'processing'),
       (select count(*) from {table} where status::text = 'processing'
        and extract(epoch from now() - coalesce(claimed_at, updated_at)) > {stuck_after}),
       (select count(*) from {table} where status::text = 'failed')
