-- Each function is read again by its own language, beside the tables as they are now: bodies that
-- are text are not checked when a column goes. SQL is understood whole; of plpgsql only the syntax
-- and the types of variables. Other languages might run what they read.
do $$
declare
    own record;
    because text;
    code text;
    late boolean := false;
    seen text[];
    path text := current_setting('search_path');
begin
    perform set_config('check_function_bodies', 'on', true);
    -- the loop sorts, so all names are made now: with it they are those of schema.json
    perform set_config('search_path', 'pg_catalog', true);
    for own in
        select
            format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as name,
            format('select %s(%s)', l.lanvalidator::regproc, p.oid) as reading,
            (
                select substr(setting, length('search_path=') + 1) from unnest(p.proconfig) setting
                where setting like 'search_path=%'
            ) as path
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
        where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'ops')
            and not exists (
                select from pg_depend d
                where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
            )
        order by name
    loop
        because := case when late then 'there was no time left' end;
        code := case when late then '57014' end;
        if not late then
            begin
                perform set_config('search_path', coalesce(own.path, path), true);
                execute own.reading;
            exception
                when query_canceled then
                    late := true;
                    because := 'there was no time left';
                    code := sqlstate;
                when others then
                    because := sqlerrm;
                    code := sqlstate;
            end;
        end if;
        seen := seen || jsonb_build_array(own.name, because, code)::text;
    end loop;
    perform set_config('search_path', path, true);
    perform set_config('ops.seen', array_to_string(seen, ','), true);
end
$$;
select format('[%s]', current_setting('ops.seen'))::json;
