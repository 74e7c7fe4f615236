-- Append only: a migration that has run anywhere is never edited.

create table workspace (
  id text primary key,
  name text not null,
  created_at timestamptz not null default now()
);

create table api_key (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  hash text not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table webhook_secret (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  name text not null,
  sealed text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  unique (workspace_id, name)
);

create table survey (
  workspace_id text not null references workspace (id) on delete cascade,
  survey_id text not null,
  label text not null,
  questions text not null,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, survey_id)
);

-- The newest version of each response. `planned` is false until deliveries were made for this version.
create table response (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  survey_id text not null,
  response_id text not null,
  version bigint not null,
  status text not null,
  ordered_at timestamptz not null,
  body text not null,
  received_at timestamptz not null default now(),
  planned boolean not null default false,
  unique (workspace_id, survey_id, response_id)
);
create index response_unplanned on response (id) where not planned;
create index response_of_survey on response (workspace_id, survey_id, id);

-- Every version that was acknowledged: what makes a repeat a repeat, and keeps what arrived too late.
create table response_version (
  workspace_id text not null references workspace (id) on delete cascade,
  survey_id text not null,
  response_id text not null,
  version bigint not null,
  disposition text not null default 'current' check (disposition in ('current', 'superseded')),
  received_at timestamptz not null default now(),
  primary key (workspace_id, survey_id, response_id, version)
);

create table account (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  organization_id text not null,
  environment text not null check (environment in ('production', 'sandbox')),
  state text not null check (state in ('connected', 'reconnect_required', 'disconnected')),
  state_reason text,
  instance_url text not null,
  user_id text not null,
  username text not null,
  organization_name text,
  sealed_tokens text,
  refresh_lease text,
  refresh_lease_until timestamptz,
  paused_until timestamptz,
  pause_reason text,
  pause_count integer not null default 0,
  configuration text,
  config_version text,
  configuration_fetched_at timestamptz,
  configuration_error text,
  connected_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, organization_id)
);

-- How far the pass over the stored responses got that follows the first activation of a connection.
create table connection_pass (
  account_id bigint not null references account (id) on delete cascade,
  connection text not null,
  position bigint not null default 0,
  finished_at timestamptz,
  started_at timestamptz not null default now(),
  primary key (account_id, connection)
);

create table oauth_state (
  state_hash text primary key,
  browser_hash text not null,
  workspace_id text not null references workspace (id) on delete cascade,
  environment text not null,
  created_at timestamptz not null default now()
);

create table delivery (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  account_id bigint not null references account (id) on delete cascade,
  response_row bigint not null references response (id) on delete cascade,
  connection text not null,
  survey_id text not null,
  response_id text not null,
  version bigint not null,
  ordered_at timestamptz not null,
  lookup_key text not null,
  state text not null check (
    state in ('pending', 'delivering', 'synced', 'synced_with_fallback', 'skipped', 'rejected', 'dead')
  ),
  replay boolean not null default false,
  available_at timestamptz not null default now(),
  lease_id text,
  lease_until timestamptz,
  attempts integer not null default 0,
  failures integer not null default 0,
  outcome text,
  record_id text,
  reason text,
  dropped_fields text not null default '[]',
  error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  settled_at timestamptz,
  check ((state = 'delivering') = (lease_id is not null)),
  unique (response_row, account_id, connection, version)
);
create index delivery_pending on delivery (account_id, ordered_at, id) where state = 'pending';
-- No index but delivery_pending is led by the account: without statistics (the embedded database has no autovacuum) the
-- check for open deliveries of the same lookup value would read all of the account's rows for each delivery.
create index delivery_open_lookup on delivery (lookup_key) where state in ('pending', 'delivering');
create index delivery_leased on delivery (lease_until) where state = 'delivering';
create index delivery_of_workspace on delivery (workspace_id, id);
create index delivery_of_response on delivery (workspace_id, survey_id, response_id);
