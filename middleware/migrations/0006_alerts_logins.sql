-- Where changes of state are told.
create table alert_target (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  url text not null,
  sealed_secret text not null default '',
  created_at timestamptz not null default now()
);

-- Alerts on their way: one for each change of state and target.
create table alert (
  id bigint generated always as identity primary key,
  target_id bigint not null references alert_target (id) on delete cascade,
  body text not null,
  attempts integer not null default 0,
  available_at timestamptz not null default now(),
  state text not null default 'pending' check (state in ('pending', 'sent', 'failed')),
  error text,
  created_at timestamptz not null default now()
);
create index alert_due on alert (available_at) where state = 'pending';

-- What was told last of each account, so that only changes are told.
alter table account add column alerted text not null default 'connected';

-- The second way to connect: JWT bearer, without a refresh token.
alter table account add column grant_type text not null default 'authorization_code'
  check (grant_type in ('authorization_code', 'jwt_bearer'));
-- My Domain as a third login host.
alter table account drop constraint account_environment_check;
alter table account add constraint account_environment_check check (environment in ('production', 'sandbox', 'my_domain'));
