drop index email_queue_failed_idx;
