-- depends: 0003.fix-notification-preferences-trigger

-- The invitation as it first came. seeds/templates.toml owns its content since: change it there.
-- An invitation that is already there is left alone, whoever wrote it.

insert into notification_templates (type, subject, body_html, body_text, variables, is_system)
select
    'team_invitation',
    'You are invited to {{companyName}}',
    '<p>Hello {{memberName}},</p>'
    '<p>{{inviterName}} invited you to {{companyName}}.</p>'
    '<p><a href="{{loginUrl}}">Log in</a></p>',
    'Hello {{memberName}}, {{inviterName}} invited you to {{companyName}}. Log in: {{loginUrl}}',
    '["companyName", "memberName", "inviterName", "loginUrl"]',
    true
where not exists (
    select from notification_templates
    where type = 'team_invitation' and customer_id is null
);
