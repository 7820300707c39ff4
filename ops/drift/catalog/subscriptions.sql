-- Only the columns that any role may read, and none of them holds the connection.
select
    'subscription' as kind, quote_ident(s.subname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'publications', (
            select array_agg(quote_ident(p) order by p) from unnest(s.subpublications) p),
        'enabled', case when not s.subenabled then 'disabled' end,
        'slot', quote_ident(s.subslotname),
        'binary', nullif(s.subbinary, false),
        'synchronous_commit', nullif(s.subsynccommit, 'off'),
        'comment', remark.description
    ))::text as properties
from pg_subscription s
join pg_database d on d.oid = s.subdbid and d.datname = current_database()
left join other_role owner on owner.oid = s.subowner
left join remark on remark.classoid = 'pg_subscription'::regclass and remark.objoid = s.oid
