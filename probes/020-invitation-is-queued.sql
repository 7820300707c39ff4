-- Inviting a member queues a mail in which nothing is left to fill in.

insert into customers (id, company, owner, email)
values ('probe', 'Probe', 'Probe', 'owner@probe.invalid');
insert into users (id, "customerId", name, email, role)
values ('probe', 'probe', 'Probe', 'owner@probe.invalid', 'owner');

-- Filled in as the application does it: one value after another.
with recursive given (number, placeholder, value) as (
    select row_number() over (), '{{' || key || '}}', value
    from jsonb_each_text('{
        "companyName": "Probe", "memberName": "Pro Be", "inviterName": "Probe",
        "roleName": "Viewer", "email": "new@probe.invalid", "temporaryPassword": "probe",
        "expiryHours": "48", "loginUrl": "https://probe.invalid/login"
    }')
),
mail (number, subject, body_html, body_text) as (
    select 0::bigint, subject, body_html, body_text
    from notification_templates
    where type = 'team_invitation' and customer_id is null and is_active
    union all
    select
        given.number,
        replace(subject, placeholder, value),
        replace(body_html, placeholder, value),
        replace(body_text, placeholder, value)
    from mail
    join given on given.number = mail.number + 1
)
insert into email_queue
    (customer_id, user_id, to_email, subject, body_html, body_text, template_type)
select 'probe', 'probe', 'new@probe.invalid', subject, body_html, body_text, 'team_invitation'
from mail order by number desc limit 1;

select concat(subject, body_html, body_text) not like '%{{%' as "no placeholder is left"
from email_queue where customer_id = 'probe';

select strpos(body_html, 'https://probe.invalid/login') > 0 as "the mail leads to the login"
from email_queue where customer_id = 'probe';

select status = 'pending' and coalesce(scheduled_at <= now(), true) as "the mail is due"
from email_queue where customer_id = 'probe';

-- expect error: 23514 email_queue_status_check
update email_queue set status = 'nonsense' where customer_id = 'probe';

-- A second invitation of the system's own: nobody would know which one to send.
-- expect error: 23505 notification_templates_system_type_key
insert into notification_templates (type, subject, body_html, is_system)
values ('team_invitation', 'Probe', 'Probe', true);
