-- DESTROYS DATA. Notifications, preferences, customers' own templates, the log and every e-mail
-- not yet sent go with their tables. One statement, so that no order of statements can break it.

do $$
begin
    drop trigger users_default_preferences on users;
    drop function create_default_preferences();
    drop table
        notifications,
        notification_preferences,
        notification_templates,
        notification_logs,
        email_queue;
end
$$;
