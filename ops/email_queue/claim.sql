-- Take what is due, the most urgent first, and leave to others what they are taking right now.
with due as materialized (
    select id from {table}
    where status = 'pending' and (scheduled_at is null or scheduled_at <= now())
      and (%(only)s::text is null or id::text = %(only)s::text)
    order by priority, created_at
    limit %(limit)s
    for update skip locked
)
update {table} q set status = 'processing', claimed_at = now(), claimed_by = %(worker)s
from due where q.id = due.id
returning q.id, q.to_email, q.from_email, q.subject, q.body_html, q.body_text, q.retry_count,
          q.max_retries, q.priority, q.created_at
