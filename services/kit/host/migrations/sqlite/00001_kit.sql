-- +goose Up

-- A mutation that was answered, by the caller's request id.
create table requests (
  scope text not null,
  id text not null,
  hash blob not null,
  reply text not null,
  stream integer not null,
  position integer not null,
  record_time text not null,
  constraint requests_pk primary key (scope, id)
) strict, without rowid;

-- The last position given in each of the 64 streams.
create table feed_heads (
  stream integer not null,
  head integer not null,
  constraint feed_heads_pk primary key (stream),
  constraint feed_heads_stream_ck check (stream between 0 and 63)
) strict;

insert into feed_heads (stream, head)
  with recursive s(n) as (select 0 union all select n + 1 from s where n < 63)
  select n, 0 from s;

-- Committed facts, in order within a stream. New rows go to the table's end and
-- small keys to the index: in a clustered table the streams' ends are its middle,
-- and a group would split pages all over it.
create table feed (
  stream integer not null,
  position integer not null,
  provider text not null,
  customer text not null,
  type text not null,
  subject text not null,
  effective_time text not null,
  record_time text not null,
  body blob not null,
  constraint feed_pk primary key (stream, position)
) strict;

-- How far each consumer has read each stream of a source.
create table feed_cursors (
  consumer text not null,
  source text not null,
  stream integer not null,
  position integer not null,
  constraint feed_cursors_pk primary key (consumer, source, stream)
) strict, without rowid;

-- Changes that a consumer could not handle, and those of the same customer
-- that wait behind them.
create table feed_parked (
  consumer text not null,
  source text not null,
  stream integer not null,
  position integer not null,
  provider text not null,
  customer text not null,
  change text not null,
  error text not null,
  attempts integer not null,
  record_time text not null,
  constraint feed_parked_pk primary key (consumer, source, stream, position),
  constraint feed_parked_change_ck check (json_valid(change))
) strict;

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
  due text,
  pending_not_before text,
  rank integer not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint deadlines_pk primary key (provider, customer, name),
  constraint deadlines_rank_ck check (rank between 1 and 6),
  constraint deadlines_state_ck check (state in ('SET', 'MET', 'MISSED', 'WITHDRAWN')),
  constraint deadlines_due_ck check ((due is null) <> (pending_not_before is null)),
  constraint deadlines_body_ck check (json_valid(body))
) strict, without rowid;

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
  now text,
  operation text not null,
  constraint clocks_pk primary key (provider),
  constraint clocks_mode_ck check (mode in ('LIVE', 'SANDBOX')),
  constraint clocks_now_ck check ((mode = 'SANDBOX') = (now is not null))
) strict, without rowid;

-- +goose Down
drop table clocks;
drop table deadlines;
drop table feed_parked;
drop table feed_cursors;
drop table feed;
drop table feed_heads;
drop table requests;
