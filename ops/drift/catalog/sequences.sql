-- An identity column's sequence is described with its column. An owned one is logged as its table,
-- though up to 14 that of an unlogged table is logged: to tell is only when it is the other way round.
select
    'sequence' as kind, r.name,
    json_strip_nulls(json_build_object(
        'owner', case when o.objid is null then r.owner end,
        'type', s.type,
        'unlogged', nullif(
            r.relpersistence = 'u' and coalesce(holder.relpersistence, 'p') <> 'u', false),
        'options', nullif(s.options::text, '{}')::json,
        'owned_by', o.name,
        'comment', remark.description
    ))::text as properties
from relation r
join sequence_option s on s.seqrelid = r.oid
left join sequence_owner o on o.objid = r.oid
left join relation holder on holder.oid = o.refobjid
left join remark
    on remark.classoid = 'pg_class'::regclass and remark.objoid = r.oid and remark.objsubid = 0
where o.objid is null or (o.deptype = 'a' and o.name is not null)
