-- The outcome of one message. That it was sent is true whoever claims it by now; that it was not
-- is for the one who has it to say.
update {table} set
    status = %(status)s,
    sent_at = case when %(status)s::text = 'sent' then now() else sent_at end,
    failed_at = case when %(status)s::text = 'failed' then now() end,
    error_message = %(error)s,
    retry_count = %(tries)s,
    scheduled_at = case when %(status)s::text = 'pending'
                        then now() + %(pause)s::float8 * interval '1 second'
                        else scheduled_at end,
    claimed_at = case when %(status)s::text = 'pending' then null else claimed_at end,
    claimed_by = case when %(status)s::text = 'pending' then null else claimed_by end
where id = %(id)s
  and case when %(status)s::text = 'sent' then status <> 'sent'
           else status = 'processing' and claimed_by = %(worker)s end
