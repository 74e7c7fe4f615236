-- Imports of existing responses: how far each got, so that it can go on after a break.
create table import (
  workspace_id text not null references workspace (id) on delete cascade,
  import_id text not null,
  survey_id text not null,
  records bigint not null default 0,
  stored bigint not null default 0,
  duplicates bigint not null default 0,
  superseded bigint not null default 0,
  refused bigint not null default 0,
  errors text not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, import_id)
);

-- Platforms that post their own webhooks.
create table source (
  id text primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  kind text not null,
  name text not null,
  sealed_secret text not null,
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create index source_of_workspace on source (workspace_id, id);

-- Every event of a source. The body is kept only while it could not be read, so that nothing is lost.
create table source_event (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  source_id text not null references source (id) on delete cascade,
  dedupe_key text not null,
  state text not null check (state in ('stored', 'ignored', 'unreadable')),
  reason text,
  survey_id text,
  response_id text,
  body text,
  received_at timestamptz not null default now(),
  unique (source_id, dedupe_key)
);
create index source_event_of_workspace on source_event (workspace_id, id);
create index source_event_of_response on source_event (workspace_id, response_id) where response_id is not null;
