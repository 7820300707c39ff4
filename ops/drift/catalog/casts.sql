-- Not those that come with a range.
select
    'cast' as kind, side.name,
    json_strip_nulls(json_build_object(
        'definition', concat(
            case c.castmethod when 'f' then 'WITH FUNCTION ' || c.castfunc::regprocedure
                when 'i' then 'WITH INOUT' else 'WITHOUT FUNCTION' end,
            case c.castcontext when 'a' then ' AS ASSIGNMENT' when 'i' then ' AS IMPLICIT' end),
        'comment', remark.description
    ))::text as properties
from pg_cast c
cross join lateral (
    select concat('(', format_type(c.castsource, null), ' AS ', format_type(c.casttarget, null), ')')
        as name
) side
left join remark on remark.classoid = 'pg_cast'::regclass and remark.objoid = c.oid
where c.oid >= 16384
    and c.oid not in (select objid from extension_part where classid = 'pg_cast'::regclass)
    and c.oid not in (
        select objid from pg_depend where classid = 'pg_cast'::regclass and deptype = 'i')
