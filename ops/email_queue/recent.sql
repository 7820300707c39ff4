-- The last ten messages of the queue.
select created_at at time zone 'UTC', status::text, retry_count, to_email, subject, error_message
from {table} order by created_at desc limit 10;
-- Of which kind the errors are: what stands before the first colon.
select split_part(error_message, ':', 1), status::text, count(*), max(coalesce(failed_at, updated_at)) at time zone 'UTC'
from {table} where error_message is not null and status::text in ('pending', 'failed')
group by 1, 2 order by 3 desc, 1, 2 limit 20
