-- How the queue stands, as one row. Each number comes from its own part of the table, so that an
-- index on what waits, on what is claimed and on what failed serves it, however much was ever sent.
-- Without the last of these, counting what failed reads the whole table.
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
