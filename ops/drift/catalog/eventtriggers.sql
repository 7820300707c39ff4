select
    'eventtrigger' as kind, quote_ident(e.evtname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'definition', concat(
            'ON ', e.evtevent,
            ' WHEN TAG IN (' || (
                select string_agg(quote_literal(tag), ', ' order by tag) from unnest(e.evttags) tag
            ) || ')',
            ' EXECUTE FUNCTION ', e.evtfoid::regproc, '()'),
        'enabled', case e.evtenabled
            when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end,
        'comment', remark.description
    ))::text as properties
from pg_event_trigger e
left join other_role owner on owner.oid = e.evtowner
left join remark on remark.classoid = 'pg_event_trigger'::regclass and remark.objoid = e.oid
where e.oid not in (
    select objid from extension_part where classid = 'pg_event_trigger'::regclass
)
