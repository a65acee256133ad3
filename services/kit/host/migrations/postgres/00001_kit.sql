-- +goose Up

-- A mutation that was answered, by the caller's request id.
create table requests (
  scope text not null,
  id text not null,
  hash bytea not null,
  reply jsonb not null,
  stream integer not null,
  position bigint not null,
  record_time timestamptz not null,
  constraint requests_pk primary key (scope, id)
);

-- The last position given in each of the 64 streams. Rows are updated by every
-- commit, so pages keep room for the new versions beside the old ones.
create table feed_heads (
  stream integer not null,
  head bigint not null,
  constraint feed_heads_pk primary key (stream),
  constraint feed_heads_stream_ck check (stream between 0 and 63)
) with (fillfactor = 10);

insert into feed_heads (stream, head) select n, 0 from generate_series(0, 63) as s(n);

-- Committed facts, in order within a stream.
create table feed (
  stream integer not null,
  position bigint not null,
  provider text not null,
  customer text not null,
  type text not null,
  subject text not null,
  effective_time timestamptz not null,
  record_time timestamptz not null,
  body bytea not null,
  constraint feed_pk primary key (stream, position)
);

-- How far each consumer has read each stream of a source.
create table feed_cursors (
  consumer text not null,
  source text not null,
  stream integer not null,
  position bigint not null,
  constraint feed_cursors_pk primary key (consumer, source, stream)
) with (fillfactor = 50);

-- Changes that a consumer could not handle, and those of the same customer
-- that wait behind them.
create table feed_parked (
  consumer text not null,
  source text not null,
  stream integer not null,
  position bigint not null,
  provider text not null,
  customer text not null,
  change jsonb not null,
  error text not null,
  attempts bigint not null,
  record_time timestamptz not null,
  constraint feed_parked_pk primary key (consumer, source, stream, position)
);

create index feed_parked_customer_ix on feed_parked (consumer, source, provider, customer);

-- Contractual time limits whose consequence this service executes.
create table deadlines (
  provider text not null,
  customer text not null,
  name text not null,
  subject text not null,
  kind text not null,
  clause text not null,
  consequence text not null,
  due timestamptz,
  pending_not_before timestamptz,
  rank integer not null,
  state text not null,
  version bigint not null,
  body jsonb not null,
  constraint deadlines_pk primary key (provider, customer, name),
  constraint deadlines_rank_ck check (rank between 1 and 6),
  constraint deadlines_state_ck check (state in ('SET', 'MET', 'MISSED', 'WITHDRAWN')),
  constraint deadlines_due_ck check ((due is null) <> (pending_not_before is null))
);

-- Rank before due date: what is due at one rank is read in the order in which it
-- is run, and the first moment is the least of six.
create index deadlines_due_ix on deadlines (provider, rank, due, customer, name) where state = 'SET';

-- Whose deadlines are due, asked for all providers at once.
create index deadlines_provider_ix on deadlines (due, provider) where state = 'SET';

create index deadlines_subject_ix on deadlines (provider, subject);

-- Each provider's source of "now". A provider without a row is live.
create table clocks (
  provider text not null,
  mode text not null,
  now timestamptz,
  operation text not null,
  constraint clocks_pk primary key (provider),
  constraint clocks_mode_ck check (mode in ('LIVE', 'SANDBOX')),
  constraint clocks_now_ck check ((mode = 'SANDBOX') = (now is not null))
);

-- +goose Down
drop table clocks;
drop table deadlines;
drop table feed_parked;
drop table feed_cursors;
drop table feed;
drop table feed_heads;
drop table requests;
