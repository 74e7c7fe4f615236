-- API budget: what the org's last answer told of its daily limit, and the share of it that this account may use.
alter table account add column api_used bigint;
alter table account add column api_limit bigint;
alter table account add column api_share integer check (api_share between 1 and 100);

-- Calls to the org by hour: the limit of Salesforce is one of the last 24 hours.
create table api_call (
  account_id bigint not null references account (id) on delete cascade,
  hour timestamptz not null,
  calls integer not null,
  primary key (account_id, hour)
);

-- Breaker, apart from the pause: open while the org is away, recovering in bursts that grow.
alter table account add column breaker text not null default 'closed' check (breaker in ('closed', 'open', 'recovering'));
alter table account add column breaker_until timestamptz;
alter table account add column breaker_count integer not null default 0;
alter table account add column breaker_burst integer not null default 1;

-- Lane 0 is live, lane 1 is backfill: live goes first.
alter table delivery add column lane smallint not null default 0 check (lane in (0, 1));
drop index delivery_pending;
create index delivery_pending on delivery (account_id, lane, ordered_at, id) where state = 'pending';
