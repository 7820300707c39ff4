-- 14 keeps the locale where libc's is, 15 and 16 call it otherwise than 17; rules are there since 16,
-- and since then en_US is kept as en-US where the provider is ICU.
select
    'collation' as kind, n.name || '.' || quote_ident(c.collname) as name,
    json_strip_nulls(json_build_object(
        'owner', owner.name,
        'definition', concat(
            '(provider = ', case c.collprovider
                when 'i' then 'icu' when 'b' then 'builtin' when 'd' then 'default' else 'libc' end,
            ', locale = ' || quote_literal(case
                when c.collprovider = 'i' and later.locale not like '%@%'
                    then replace(later.locale, '_', '-')
                when c.collprovider in ('i', 'b') then later.locale
                when c.collcollate = c.collctype then c.collcollate end),
            case when c.collprovider = 'c' and c.collcollate <> c.collctype then concat(
                ', lc_collate = ', quote_literal(c.collcollate),
                ', lc_ctype = ', quote_literal(c.collctype)) end,
            case when not c.collisdeterministic then ', deterministic = false' end,
            ', rules = ' || quote_literal(later.rules), ')'),
        'comment', remark.description
    ))::text as properties
from pg_collation c
join scope n on n.oid = c.collnamespace
cross join lateral (
    select
        coalesce(j ->> 'colllocale', j ->> 'colliculocale', c.collcollate) as locale,
        j ->> 'collicurules' as rules
    from to_json(c) j
) later
left join other_role owner on owner.oid = c.collowner
left join remark on remark.classoid = 'pg_collation'::regclass and remark.objoid = c.oid
where c.oid not in (select objid from extension_part where classid = 'pg_collation'::regclass)
