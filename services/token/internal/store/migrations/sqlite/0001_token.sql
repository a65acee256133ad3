-- +goose Up

-- Subscriptions as the book tells them, with the holds that suspend them.
create table subscriptions (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint subscriptions_pk primary key (provider, customer, contract, subscription),
  constraint subscriptions_body_ck check (json_valid(body))
) strict;

-- Tokens of one ledger (a unit, or '' for the service) and contract year. Days
-- are written YYYY-MM-DD; an open end is null.
create table lots (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  ledger text not null,
  year integer not null,
  start_day text not null,
  end_day text,
  granted integer not null,
  corrected integer not null,
  used integer not null,
  reserved integer not null,
  prorated integer not null,
  after_term integer not null,
  opened integer not null,
  lapsed integer not null,
  seq integer not null,
  cuts integer not null,
  version integer not null,
  constraint lots_pk primary key (provider, customer, contract, subscription, ledger, year),
  constraint lots_counts_ck check (granted >= 0 and used >= 0 and reserved >= 0)
) strict, without rowid;

-- Uses. The row is the request's own record for ever: its id comes from the
-- request_id, and hash is of what was asked. Instants are microseconds of Unix
-- time. year and bucket are how the ledger booked the use; bears and ordinal
-- where it counts now. Not clustered: a group's rows, of many customers, share
-- the pages at the table's end.
create table redemptions (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  recorded integer not null,
  ledger text not null,
  year integer not null,
  seq integer not null,
  id text not null,
  hash blob not null,
  operation text not null,
  units text not null,
  requested integer not null,
  completed integer not null,
  tokens integer not null,
  bucket integer not null,
  remaining integer not null,
  request_id text not null,
  reservation text not null,
  overage text not null,
  bears integer not null,
  ordinal integer not null,
  state integer not null,
  constraint redemptions_pk primary key (provider, customer, contract, subscription, recorded, ledger, year, seq),
  constraint redemptions_id_uq unique (provider, customer, contract, subscription, id)
) strict;

-- What changed a lot other than a use: the rest of the append-only ledger. The
-- columns hold changes of the lot's figures.
create table entries (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  recorded integer not null,
  ledger text not null,
  year integer not null,
  seq integer not null,
  kind integer not null,
  effective integer not null,
  d_allotment integer not null,
  d_used integer not null,
  d_reserved integer not null,
  d_expired integer not null,
  d_available integer not null,
  d_overage integer not null,
  operation text not null,
  cause text not null,
  constraint entries_pk primary key (provider, customer, contract, subscription, recorded, ledger, year, seq),
  constraint entries_balance_ck check (d_allotment + d_overage = d_used + d_reserved + d_expired + d_available)
) strict, without rowid;

-- Tokens held while an operation runs.
create table reservations (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  id text not null,
  version integer not null,
  ledger text not null,
  live integer not null,
  body text not null,
  constraint reservations_pk primary key (provider, customer, contract, subscription, id),
  constraint reservations_body_ck check (json_valid(body))
) strict;

-- Uses beyond the allotment, with their prices.
create table overages (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  id text not null,
  version integer not null,
  body text not null,
  constraint overages_pk primary key (provider, customer, contract, subscription, id),
  constraint overages_body_ck check (json_valid(body))
) strict;

-- Corrections, proposed by one person and approved by another.
create table corrections (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  id text not null,
  version integer not null,
  body text not null,
  constraint corrections_pk primary key (provider, customer, contract, subscription, id),
  constraint corrections_body_ck check (json_valid(body))
) strict;

-- The price last agreed under an order.
create table prices (
  provider text not null,
  customer text not null,
  order_name text not null,
  body text not null,
  constraint prices_pk primary key (provider, customer, order_name),
  constraint prices_body_ck check (json_valid(body))
) strict;

-- Storage of snapshot services as last reported.
create table stores (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint stores_pk primary key (provider, customer, contract, subscription),
  constraint stores_body_ck check (json_valid(body))
) strict;

-- Revisions of terms that contracts rest on, by the hash of their body.
create table revisions (
  hash text not null,
  body text not null,
  constraint revisions_pk primary key (hash),
  constraint revisions_body_ck check (json_valid(body))
) strict;

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
