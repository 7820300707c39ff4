-- depends: 0001.initial-schema

-- What people are told: in the application, by e-mail, and how they want to hear it.
-- The texts themselves are system data and come from seeds/.

create table notifications (
    id uuid default gen_random_uuid() constraint notifications_pkey primary key,
    customer_id text not null,
    user_id text,
    type text not null,
    title text not null,
    message text not null,
    data jsonb not null default '{}',
    read boolean not null default false,
    read_at timestamptz,
    action_url text,
    priority text not null default 'normal',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notifications_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade,
    -- not "set null": without its user, a personal notice would be one for the whole customer
    constraint notifications_user_id_fkey
        foreign key (user_id) references users (id) on delete cascade
);

create index notifications_customer_id_created_at_idx
    on notifications (customer_id, created_at desc);
create index notifications_user_id_idx on notifications (user_id);
create index notifications_unread_idx
    on notifications (customer_id, user_id, created_at desc) where not read;

create table notification_preferences (
    id uuid default gen_random_uuid() constraint notification_preferences_pkey primary key,
    user_id text not null,
    customer_id text not null,
    email_enabled boolean not null default true,
    in_app_enabled boolean not null default true,
    team_invitation boolean not null default true,
    invoice_approved boolean not null default true,
    invoice_rejected boolean not null default true,
    invoice_pending_approval boolean not null default true,
    payment_received boolean not null default true,
    quiet_hours_start time,
    quiet_hours_end time,
    timezone text not null default 'UTC',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notification_preferences_user_id_key unique (user_id),
    constraint notification_preferences_user_id_fkey
        foreign key (user_id) references users (id) on delete cascade,
    constraint notification_preferences_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade
);

create index notification_preferences_customer_id_idx on notification_preferences (customer_id);

create table notification_templates (
    id uuid default gen_random_uuid() constraint notification_templates_pkey primary key,
    customer_id text,
    type text not null,
    subject text not null,
    body_html text not null,
    body_text text,
    variables jsonb not null default '[]',
    is_system boolean not null default false,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notification_templates_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade
);

-- Two halves, as for team_roles: one system template of a type, and one of each customer.
create unique index notification_templates_customer_id_type_key
    on notification_templates (customer_id, type) where customer_id is not null;
create unique index notification_templates_system_type_key
    on notification_templates (type) where customer_id is null;

create table notification_logs (
    id uuid default gen_random_uuid() constraint notification_logs_pkey primary key,
    notification_id uuid not null,
    customer_id text not null,
    user_id text,
    action text not null,
    details jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint notification_logs_notification_id_fkey
        foreign key (notification_id) references notifications (id) on delete cascade,
    constraint notification_logs_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade,
    constraint notification_logs_user_id_fkey
        foreign key (user_id) references users (id) on delete set null
);

create index notification_logs_notification_id_idx on notification_logs (notification_id);
create index notification_logs_customer_id_idx on notification_logs (customer_id);
create index notification_logs_user_id_idx on notification_logs (user_id);

create table email_queue (
    id uuid default gen_random_uuid() constraint email_queue_pkey primary key,
    customer_id text,
    user_id text,
    to_email text not null,
    from_email text,
    subject text not null,
    body_html text not null,
    body_text text,
    template_type text,
    template_data jsonb not null default '{}',
    status text not null default 'pending',
    priority integer not null default 5,
    scheduled_at timestamptz,
    claimed_at timestamptz,
    claimed_by text,
    sent_at timestamptz,
    failed_at timestamptz,
    error_message text,
    retry_count integer not null default 0,
    max_retries integer not null default 3,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint email_queue_status_check
        check (status in ('pending', 'processing', 'sent', 'failed')),
    constraint email_queue_customer_id_fkey
        foreign key (customer_id) references customers (id) on delete cascade,
    constraint email_queue_user_id_fkey
        foreign key (user_id) references users (id) on delete set null
);

create index email_queue_customer_id_idx on email_queue (customer_id);
create index email_queue_user_id_idx on email_queue (user_id);
-- Next to send: 1 is the most urgent, then whoever waits longest. Partial, so that its size is
-- that of what is waiting and not of everything ever sent.
create index email_queue_next_idx on email_queue (priority, created_at) where status = 'pending';
-- Claimed, but never finished: a sender that died leaves its rows here.
create index email_queue_claimed_idx on email_queue (claimed_at) where status = 'processing';

create trigger notifications_updated_at
    before update on notifications
    for each row execute function set_updated_at();

create trigger notification_preferences_updated_at
    before update on notification_preferences
    for each row execute function set_updated_at();

create trigger notification_templates_updated_at
    before update on notification_templates
    for each row execute function set_updated_at();

create trigger email_queue_updated_at
    before update on email_queue
    for each row execute function set_updated_at();

create function create_default_preferences() returns trigger
language plpgsql
as $$
begin
    insert into notification_preferences (user_id, customer_id)
    values (new.id, new."customerId");
    return new;
end
$$;

create trigger users_default_preferences
    after insert on users
    for each row execute function create_default_preferences();
