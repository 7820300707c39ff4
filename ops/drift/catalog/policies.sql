select
    'policy' as kind, r.name || '.' || quote_ident(p.polname) as name,
    json_strip_nulls(json_build_object(
        'command', case p.polcmd
            when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
            when 'd' then 'delete' else 'all' end,
        'restrictive', nullif(not p.polpermissive, false),
        'roles', (
            select array_agg(role.name order by role.name)
            from unnest(p.polroles) id
            cross join lateral (
                select quote_ident(case id when 0 then 'public' else pg_get_userbyid(id) end) as name
            ) role
        ),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid),
        'comment', remark.description
    ))::text as properties
from relation r
join pg_policy p on p.polrelid = r.oid
left join remark on remark.classoid = 'pg_policy'::regclass and remark.objoid = p.oid
