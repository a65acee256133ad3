-- +goose Up

-- Subscriptions as the book tells them, with the holds that suspend them.
create table subscriptions (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint subscriptions_pk primary key (provider, customer, contract, subscription)
);

-- Tokens of one ledger (a unit, or '' for the service) and contract year. Days
-- are written YYYY-MM-DD; an open end is null.
create table lots (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  ledger text collate "C" not null,
  year integer not null,
  start_day text not null,
  end_day text,
  granted integer not null,
  corrected integer not null,
  used bigint not null,
  reserved bigint not null,
  prorated boolean not null,
  after_term boolean not null,
  opened boolean not null,
  lapsed boolean not null,
  seq bigint not null,
  cuts bigint not null,
  version bigint not null,
  constraint lots_pk primary key (provider, customer, contract, subscription, ledger, year),
  constraint lots_counts_ck check (granted >= 0 and used >= 0 and reserved >= 0)
) with (fillfactor = 70);

-- Uses. The row is the request's own record for ever: its id comes from the
-- request_id, and hash is of what was asked. Instants are microseconds of Unix
-- time. year and bucket are how the ledger booked the use; bears and ordinal
-- where it counts now.
create table redemptions (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  recorded bigint not null,
  ledger text collate "C" not null,
  year integer not null,
  seq bigint not null,
  id text collate "C" not null,
  hash bytea not null,
  operation text not null,
  units text not null,
  requested bigint not null,
  completed bigint not null,
  tokens integer not null,
  bucket integer not null,
  remaining bigint not null,
  request_id text not null,
  reservation text not null,
  overage text not null,
  bears integer not null,
  ordinal bigint not null,
  state integer not null,
  constraint redemptions_pk primary key (provider, customer, contract, subscription, recorded, ledger, year, seq),
  constraint redemptions_id_uq unique (provider, customer, contract, subscription, id)
);

-- What changed a lot other than a use: the rest of the append-only ledger. The
-- columns hold changes of the lot's figures.
create table entries (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  recorded bigint not null,
  ledger text collate "C" not null,
  year integer not null,
  seq bigint not null,
  kind integer not null,
  effective bigint not null,
  d_allotment bigint not null,
  d_used bigint not null,
  d_reserved bigint not null,
  d_expired bigint not null,
  d_available bigint not null,
  d_overage bigint not null,
  operation text not null,
  cause text not null,
  constraint entries_pk primary key (provider, customer, contract, subscription, recorded, ledger, year, seq),
  constraint entries_balance_ck check (d_allotment + d_overage = d_used + d_reserved + d_expired + d_available)
);

-- Tokens held while an operation runs.
create table reservations (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  id text collate "C" not null,
  version bigint not null,
  ledger text collate "C" not null,
  live boolean not null,
  body jsonb not null,
  constraint reservations_pk primary key (provider, customer, contract, subscription, id)
);

-- Uses beyond the allotment, with their prices.
create table overages (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  id text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint overages_pk primary key (provider, customer, contract, subscription, id)
);

-- Corrections, proposed by one person and approved by another.
create table corrections (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  id text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint corrections_pk primary key (provider, customer, contract, subscription, id)
);

-- The price last agreed under an order.
create table prices (
  provider text collate "C" not null,
  customer text collate "C" not null,
  order_name text collate "C" not null,
  body jsonb not null,
  constraint prices_pk primary key (provider, customer, order_name)
);

-- Storage of snapshot services as last reported.
create table stores (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint stores_pk primary key (provider, customer, contract, subscription)
);

-- Revisions of terms that contracts rest on, by the hash of their body.
create table revisions (
  hash text not null,
  body jsonb not null,
  constraint revisions_pk primary key (hash)
);

-- +goose Down
drop table revisions;
drop table stores;
drop table prices;
drop table corrections;
drop table overages;
drop table reservations;
drop table entries;
drop table redemptions;
drop table lots;
drop table subscriptions;
