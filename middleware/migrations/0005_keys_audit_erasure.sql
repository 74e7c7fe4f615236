alter table api_key add column name text not null default 'key';

-- What was done by whom. Holds names and ids, never answers or secrets.
create table audit_event (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  actor text not null,
  action text not null,
  subject text,
  status integer not null,
  at timestamptz not null default now()
);
create index audit_event_of_workspace on audit_event (workspace_id, id);

-- Secrets of the installation that must outlive a rotation of the encryption key, sealed.
create table installation_secret (
  name text primary key,
  sealed text not null
);

-- Erased responses: a keyed hash each, so that a repeat is known without keeping the id.
create table tombstone (
  workspace_id text not null references workspace (id) on delete cascade,
  hash text not null,
  erased_at timestamptz not null default now(),
  primary key (workspace_id, hash)
);

-- Erasures that an org still has to carry out. The id is forgotten once it has.
create table erasure (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  account_id bigint not null references account (id) on delete cascade,
  survey_id text,
  response_id text,
  state text not null default 'pending' check (state in ('pending', 'done')),
  attempts integer not null default 0,
  error text,
  available_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  done_at timestamptz,
  check ((state = 'done') = (response_id is null))
);
create index erasure_due on erasure (available_at) where state = 'pending';
