-- Rows that refer to nothing, counted one foreign key after another, in one statement and so within
-- one time limit: first those that PostgreSQL does not vouch for, because they were never validated
-- or their triggers are switched off; then the others, the small before the large.
do $$
declare
    own record;
    orphans bigint;
    because text;
    late boolean := false;
    seen text[];
begin
    for own in
        select
            format('%s.%s', table_name, quote_ident(k.conname)) as name, table_name, target,
            not k.convalidated or exists (
                select from pg_trigger t
                where t.tgconstraint = k.oid and t.tgenabled not in ('O', 'A')
            ) as doubtful,
            coalesce(to_jsonb(k) ->> 'conperiod' = 'true', false) as over_periods, -- from 18 on
            format('from %s f where (%s) and not exists (select from %s p where %s)',
                case c.relkind when 'r' then 'only ' else '' end || table_name, key.given,
                case o.relkind when 'r' then 'only ' else '' end || target, key.equal) as rows
        from pg_constraint k
        join pg_class c on c.oid = k.conrelid
        join pg_class o on o.oid = k.confrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_namespace m on m.oid = o.relnamespace
        cross join lateral (
            select format('%I.%I', n.nspname, c.relname), format('%I.%I', m.nspname, o.relname)
        ) named (table_name, target)
        cross join lateral (
            select
                string_agg(format('f.%I is not null', a.attname),
                    case k.confmatchtype when 'f' then ' or ' else ' and ' end),
                string_agg(format('p.%I %s f.%I', b.attname,
                    case s.nspname when 'pg_catalog' then e.oprname
                        else format('operator(%I.%s)', s.nspname, e.oprname) end,
                    a.attname), ' and ')
            from unnest(k.conkey, k.confkey, k.conpfeqop) part (mine, theirs, equal)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = part.mine
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = part.theirs
            join pg_operator e on e.oid = part.equal
            join pg_namespace s on s.oid = e.oprnamespace
        ) key (given, equal)
        where k.contype = 'f' and k.conparentid = 0
            and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'ops')
            -- of PostgreSQL 18: one that is not enforced promises nothing
            and not coalesce(to_jsonb(k) ->> 'conenforced' = 'false', false)
        order by doubtful desc, c.relpages, name
    loop
        orphans := null;
        because := case
            when own.over_periods then 'many rows together may cover its period'
            when late then 'there was no time left' end;
        if because is null then
            begin
                execute 'select count(*) ' || own.rows into orphans;
            exception
                when query_canceled then
                    late := true;
                    because := 'it is too large to be read in time';
                when others then
                    because := sqlerrm;
            end;
        end if;
        seen := seen || jsonb_build_array(
            own.name, own.target, own.doubtful, 'select f.* ' || own.rows, orphans, because)::text;
    end loop;
    perform set_config('ops.seen', array_to_string(seen, ','), true);
end
$$;
select format('[%s]', current_setting('ops.seen'))::json;
