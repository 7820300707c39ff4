-- Not the constructors that CREATE TYPE ... AS RANGE makes: they are internal to the type.
select
    'function' as kind,
    n.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')' as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'kind', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' end,
        'arguments', pg_get_function_arguments(p.oid),
        'result', pg_get_function_result(p.oid),
        'language', quote_ident(l.lanname),
        'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end,
        'strict', nullif(p.proisstrict, false),
        'security_definer', nullif(p.prosecdef, false),
        'leakproof', nullif(p.proleakproof, false),
        'parallel', case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end,
        'cost', nullif(p.procost, case when l.lanname in ('c', 'internal') then 1 else 100 end),
        'rows', case when p.proretset then nullif(p.prorows, 1000) end,
        'support', nullif(p.prosupport, 0)::regproc::text,
        'transforms', (select array_agg(format_type(t, null)) from unnest(p.protrftypes) t),
        'settings', (select array_agg(s order by s collate "C") from unnest(p.proconfig) s),
        'library', p.probin,
        'body', case
            when p.prokind = 'a' then null
            when p.prosqlbody is not null then pg_get_function_sqlbody(p.oid)
            else replace(p.prosrc, e'\r\n', e'\n') end,
        'aggregate', aggregate.options,
        'depends_on', need.names,
        'comment', remark.description
    ))::text as properties
from pg_proc p
join scope n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join other_role owner on owner.oid = p.proowner
left join lateral (
    select array_remove(array[
        'sfunc = ' || a.aggtransfn::regproc,
        'stype = ' || format_type(a.aggtranstype, null),
        'sspace = ' || nullif(a.aggtransspace, 0),
        'finalfunc = ' || nullif(a.aggfinalfn, 0)::regproc,
        case when a.aggfinalextra then 'finalfunc_extra' end,
        'finalfunc_modify = ' || case when a.aggfinalmodify <> usual.modify then
            case a.aggfinalmodify when 'r' then 'read_only' when 's' then 'shareable'
                else 'read_write' end end,
        'combinefunc = ' || nullif(a.aggcombinefn, 0)::regproc,
        'serialfunc = ' || nullif(a.aggserialfn, 0)::regproc,
        'deserialfunc = ' || nullif(a.aggdeserialfn, 0)::regproc,
        'initcond = ' || quote_literal(a.agginitval),
        'msfunc = ' || nullif(a.aggmtransfn, 0)::regproc,
        'minvfunc = ' || nullif(a.aggminvtransfn, 0)::regproc,
        'mstype = ' || format_type(nullif(a.aggmtranstype, 0), null),
        'msspace = ' || nullif(a.aggmtransspace, 0),
        'mfinalfunc = ' || nullif(a.aggmfinalfn, 0)::regproc,
        case when a.aggmfinalextra then 'mfinalfunc_extra' end,
        'mfinalfunc_modify = ' || case when a.aggmfinalmodify <> usual.modify then
            case a.aggmfinalmodify when 'r' then 'read_only' when 's' then 'shareable'
                else 'read_write' end end,
        'minitcond = ' || quote_literal(a.aggminitval),
        'sortop = operator(' || sort.name || ')',
        case when a.aggkind = 'h' then 'hypothetical' end
    ], null) as options
    from pg_aggregate a
    cross join lateral (
        select case a.aggkind when 'n' then 'r' else 'w' end::"char" as modify
    ) usual
    left join lateral (
        select quote_ident(s.nspname) || '.' || o.oprname as name
        from pg_operator o
        join pg_namespace s on s.oid = o.oprnamespace
        where o.oid = a.aggsortop
    ) sort on true
    where a.aggfnoid = p.oid
) aggregate on p.prokind = 'a'
left join extension_need need on need.classid = 'pg_proc'::regclass and need.objid = p.oid
left join remark on remark.classoid = 'pg_proc'::regclass and remark.objoid = p.oid
where p.oid not in (
    select objid from pg_depend where classid = 'pg_proc'::regclass and deptype in ('e', 'i')
)
