-- A row that keeps the time of its last change moves it with each change.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');
insert into users (id, "customerId", name, email, role)
values ('probe', 'probe', 'Probe', 'owner@probe.invalid', 'owner');
insert into team_roles (id, customer_id, name) values ('probe', 'probe', 'Probe');
insert into team_members (id, customer_id, role_id, first_name, last_name, email)
values ('probe', 'probe', 'probe', 'Pro', 'Be', 'member@probe.invalid');
insert into notifications (customer_id, type, title, message)
values ('probe', 'probe', 'Probe', 'Probe');
insert into notification_preferences (user_id, customer_id)
values ('probe', 'probe') on conflict (user_id) do nothing;
insert into notification_templates (customer_id, type, subject, body_html)
values ('probe', 'probe', 'Probe', 'Probe');
insert into email_queue (customer_id, to_email, subject, body_html)
values ('probe', 'new@probe.invalid', 'Probe', 'Probe');

update team_roles set description = 'changed' where id = 'probe'
returning updated_at > created_at as "a role tells when it was changed";
update team_members set last_name = 'changed' where id = 'probe'
returning updated_at > created_at as "a member tells when it was changed";
update notifications set read = true, read_at = now() where customer_id = 'probe'
returning updated_at > created_at as "a notification tells when it was changed";
update notification_preferences set timezone = 'Europe/Vienna' where user_id = 'probe'
returning updated_at > created_at as "preferences tell when they were changed";
update notification_templates set subject = 'changed' where customer_id = 'probe'
returning updated_at > created_at as "a template tells when it was changed";
update email_queue set priority = 1 where customer_id = 'probe'
returning updated_at > created_at as "a mail tells when it was changed";
