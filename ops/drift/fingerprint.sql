-- The catalogue's sum, and what the last sync that found no difference left as a comment on ops.runs:
-- a comment can be asked for whether or not its table is there. `ops.unchanged` is for the rest of
-- the message: where it is set, the query of the catalogue has no rows.
with part (name, total) as (
    {tables}
    union all
    select 'namespace', concat_ws(' ', count(*), sum(hashtidextended(ctid, xmin::text::bigint)))
    from pg_catalog.pg_namespace
    where nspname !~ '^pg_(toast_)?temp_' -- temporary tables come and go, their schemas stay
    union all
    select 'description', concat_ws(' ', count(*), sum(hashtidextended(d.ctid, d.xmin::text::bigint)))
    from pg_catalog.pg_description d
    left join pg_catalog.pg_class c on c.oid = d.objoid
    where c.relnamespace is distinct from ( -- the comment itself changes when the sum does
        select oid from pg_catalog.pg_namespace where nspname = 'ops')
    union all
    -- the names of those who own something here or were granted something
    select 'roles', concat_ws(' ', count(*), sum(hashtextextended(rolname, oid::bigint)))
    from pg_catalog.pg_roles
    where oid in (
        select d.refobjid
        from pg_catalog.pg_shdepend d
        join pg_catalog.pg_database b on b.oid = d.dbid
        where b.datname = current_database())
    union all
    -- of a subscription, all but its connection, which few may read
    select 'subscription', concat_ws(' ', count(*), sum(hashtextextended(concat_ws(
        ' ', subname, subowner, subenabled, subbinary, subslotname, subsynccommit, subpublications
        ), oid::bigint)))
    from pg_catalog.pg_subscription
    where subdbid = (select oid from pg_catalog.pg_database where datname = current_database())
    union all
    select 'user_mapping',
        concat_ws(' ', count(*), sum(hashtextextended(srvname || usename, umid::bigint)))
    from pg_catalog.pg_user_mappings
)
select
    set_config('ops.unchanged', starts_with(mark.text, {key} || ' ' || now.sum)::text, true),
    now.sum, mark.text, mark.ours
from (select md5(string_agg(name || ' ' || total, ',' order by name)) as sum from part) now
left join (
    select d.description as text, pg_catalog.pg_has_role(c.relowner, 'usage') as ours
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_description d
        on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid = 0
    where n.nspname = 'ops' and c.relname = 'runs'
) mark on true;
