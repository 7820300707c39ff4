-- Without oprcode it is but a name that another operator has mentioned.
select
    'operator' as kind,
    concat(n.name, '.', o.oprname, '(', side.left, ', ', side.right, ')') as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'definition', concat(
            '(FUNCTION = ', o.oprcode::regproc,
            ', LEFTARG = ' || nullif(side.left, 'NONE'), ', RIGHTARG = ' || nullif(side.right, 'NONE'),
            ', COMMUTATOR = OPERATOR(' || commutator.name || ')',
            ', NEGATOR = OPERATOR(' || negator.name || ')',
            ', RESTRICT = ' || nullif(o.oprrest, 0)::regproc,
            ', JOIN = ' || nullif(o.oprjoin, 0)::regproc,
            case when o.oprcanhash then ', HASHES' end,
            case when o.oprcanmerge then ', MERGES' end, ')'),
        'comment', remark.description
    ))::text as properties
from pg_operator o
join scope n on n.oid = o.oprnamespace
cross join lateral (
    select
        coalesce(format_type(nullif(o.oprleft, 0), null), 'NONE') as left,
        coalesce(format_type(nullif(o.oprright, 0), null), 'NONE') as right
) side
left join (
    select c.oid, quote_ident(s.nspname) || '.' || c.oprname as name
    from pg_operator c
    join pg_namespace s on s.oid = c.oprnamespace
) commutator on commutator.oid = o.oprcom
left join (
    select c.oid, quote_ident(s.nspname) || '.' || c.oprname as name
    from pg_operator c
    join pg_namespace s on s.oid = c.oprnamespace
) negator on negator.oid = o.oprnegate
left join other_role owner on owner.oid = o.oprowner
left join remark on remark.classoid = 'pg_operator'::regclass and remark.objoid = o.oid
where o.oprcode <> 0
    and o.oid not in (select objid from extension_part where classid = 'pg_operator'::regclass)
