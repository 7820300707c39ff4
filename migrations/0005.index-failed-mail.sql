-- transactional: false
-- depends: 0004.add-team-invitation-template

-- What could not be sent: `invoke verify` counts it, and without an index of its own that reads
-- every message that was ever sent. Concurrently, so that mail can be queued meanwhile.

create index concurrently email_queue_failed_idx on email_queue (failed_at)
where status = 'failed';
