-- A run of a connection over the responses that are stored already. It replaces connection_pass.
create table backfill (
  id bigint generated always as identity primary key,
  workspace_id text not null references workspace (id) on delete cascade,
  account_id bigint not null references account (id) on delete cascade,
  connection text not null,
  survey_id text not null,
  origin text not null check (origin in ('activation', 'reconnect', 'api', 'org')),
  -- Who asked for it in the org, so that the same request is not carried out twice.
  origin_id text,
  state text not null default 'counting' check (state in ('counting', 'running', 'paused', 'completed', 'cancelled')),
  -- Where it goes on when it is resumed.
  resumes text check (resumes in ('counting', 'running')),
  position bigint not null default 0,
  total bigint not null default 0,
  matching bigint not null default 0,
  looked_at bigint not null default 0,
  queued bigint not null default 0,
  planned_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index backfill_first on backfill (account_id, connection) where origin = 'activation';
create unique index backfill_open on backfill (account_id, connection) where state in ('counting', 'running', 'paused');
create unique index backfill_requested on backfill (account_id, origin_id) where origin_id is not null;
create index backfill_of_workspace on backfill (workspace_id, id);

alter table delivery add column backfill_id bigint references backfill (id) on delete set null;
create index delivery_of_backfill on delivery (backfill_id, state) where backfill_id is not null;

-- Imported responses go in the lane of backfills.
alter table response add column imported boolean not null default false;

-- Passes that are made already stay made; open ones begin again, which makes nothing twice.
insert into backfill (workspace_id, account_id, connection, survey_id, origin, state, planned_at, finished_at)
  select a.workspace_id, p.account_id, p.connection, '', 'activation', 'completed', p.finished_at, p.finished_at
  from connection_pass p join account a on a.id = p.account_id where p.finished_at is not null;
drop table connection_pass;
