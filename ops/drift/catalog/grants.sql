-- What differs from what PostgreSQL gives by itself; who granted it is ignored. Left out: what the
-- role that syncs may do; on schema public what its usual owners may, and CREATE for everybody up
-- to version 14.
select
    'grant' as kind, g.name,
    json_strip_nulls(json_build_object(
        'privileges', coalesce(g.held, '{}'),
        'table', g.of_table
    ))::text as properties
from (
    with bearer as (
        select
            case r.relkind when 'S' then 'sequence ' when 'v' then 'view ' when 'm' then 'view '
                else 'table ' end || r.name as name,
            t.name as of_table, r.relowner as owner, r.relacl as acl,
            acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner) as usual
        from relation r
        left join sequence_owner o on o.objid = r.oid
        left join relation t on t.oid = o.refobjid
        where r.relacl is not null

        union all

        select
            'column ' || r.name || '.' || quote_ident(a.attname), null,
            r.relowner, a.attacl, acldefault('c', r.relowner)
        from relation r
        join pg_attribute a on a.attrelid = r.oid and not a.attisdropped and a.attacl is not null

        union all

        select
            'schema ' || n.name, null,
            s.nspowner, s.nspacl, acldefault('n', s.nspowner)
        from scope n
        join pg_namespace s on s.oid = n.oid and s.nspacl is not null
        where s.oid not in (
            select objid from extension_part where classid = 'pg_namespace'::regclass
        )

        union all

        select
            'function ' || n.name || '.' || quote_ident(p.proname)
            || '(' || oidvectortypes(p.proargtypes) || ')', null,
            p.proowner, p.proacl, acldefault('f', p.proowner)
        from pg_proc p
        join scope n on n.oid = p.pronamespace and p.proacl is not null
        where p.oid not in (
            select objid from pg_depend where classid = 'pg_proc'::regclass and deptype in ('e', 'i')
        )

        union all

        select
            'type ' || n.name || '.' || quote_ident(t.typname), null,
            t.typowner, t.typacl, acldefault('T', t.typowner)
        from pg_type t
        join scope n on n.oid = t.typnamespace and t.typacl is not null
        where t.oid not in (select objid from extension_part where classid = 'pg_type'::regclass)

        union all

        select other.kind || ' ' || quote_ident(other.name), null, other.owner, other.acl, other.usual
        from (
            select oid, 'pg_language'::regclass, 'language', lanname, lanowner, lanacl,
                acldefault('l', lanowner)
            from pg_language
            union all
            select oid, 'pg_foreign_data_wrapper'::regclass, 'foreigndatawrapper', fdwname,
                fdwowner, fdwacl, acldefault('F', fdwowner)
            from pg_foreign_data_wrapper
            union all
            select oid, 'pg_foreign_server'::regclass, 'server', srvname, srvowner, srvacl,
                acldefault('S', srvowner)
            from pg_foreign_server
        ) other (oid, classid, kind, name, owner, acl, usual)
        -- an extension may grant on what it brings; where it did not, somebody else has
        left join pg_init_privs first on first.classoid = other.classid and first.objoid = other.oid
        where other.acl is not null and first.objoid is null

        union all

        -- of one schema they add to the built-in ones, of all schemas they replace them
        select
            concat(
                'default for ', case d.defaclobjtype
                    when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
                    when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end,
                ' by ' || case when d.defaclrole <> syncing.oid
                    then quote_ident(pg_get_userbyid(d.defaclrole)) end,
                ' in ' || n.name
            ), null,
            d.defaclrole, d.defaclacl, acldefault(case
                when d.defaclnamespace <> 0 then 'c'
                when d.defaclobjtype = 'S' then 's'
                else d.defaclobjtype end, d.defaclrole)
        from pg_default_acl d
        cross join syncing
        left join scope n on n.oid = d.defaclnamespace
        where d.defaclnamespace = 0 or n.oid is not null
    ),
    entry as (
        select b.name, b.of_table, b.owner, x.grantee, lower(x.privilege_type) as privilege,
            x.is_grantable and x.grantee <> b.owner as grantable, true as held
        from bearer b
        cross join lateral aclexplode(b.acl) x
        where b.name <> 'schema public' or x.grantee <> 0 or x.privilege_type <> 'CREATE'
            or (select version from origin) >= 150000

        union all

        select b.name, b.of_table, b.owner, x.grantee, lower(x.privilege_type), false, false
        from bearer b
        cross join lateral aclexplode(b.usual) x

        union all

        -- everybody may use schema public; nobody asks whether, where it was dropped and made again
        select 'schema public', null, s.nspowner, 0, 'usage', false, side.held
        from pg_namespace s
        left join pg_init_privs original
            on original.objoid = s.oid and original.classoid = 'pg_namespace'::regclass
        cross join (values (true), (false)) side (held)
        where s.nspname = 'public' and (not side.held or original.objoid is null)
    ),
    -- before version 17, whoever may do all the rest to a table may maintain it
    complete as (
        select * from entry
        union all
        select name, of_table, owner, grantee, 'maintain', bool_and(grantable), held
        from entry
        where privilege in ('references', 'trigger')
            and (select version from origin) < 170000
        group by name, of_table, owner, grantee, held
        having count(distinct privilege) = 2
    ),
    word as (
        select name, of_table, owner, grantee, held,
            privilege || case when bool_or(grantable) then ' with grant option' else '' end as text
        from complete
        group by name, of_table, owner, grantee, held, privilege
    )
    select
        word.name || ' to ' || case word.grantee
            when 0 then 'public' when word.owner then 'its owner'
            else quote_ident(pg_get_userbyid(word.grantee)) end as name,
        word.of_table,
        array_agg(word.text order by word.text collate "C") filter (where word.held) as held
    from word
    cross join syncing
    join pg_database d on d.datname = current_database()
    where word.grantee in (word.owner, 0) or (
        word.grantee <> syncing.oid
        and (word.name <> 'schema public'
            or word.grantee not in (10, d.datdba, 'pg_database_owner'::regrole))
    )
    group by word.name, word.of_table, word.owner, word.grantee
    having array_agg(word.text order by word.text) filter (where word.held)
        is distinct from array_agg(word.text order by word.text) filter (where not word.held)
) g
