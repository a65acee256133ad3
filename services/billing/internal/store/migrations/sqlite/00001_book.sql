-- +goose Up

-- A provider and how its clock runs.
create table book_providers (
  provider text not null,
  version integer not null,
  body text not null,
  constraint book_providers_pk primary key (provider),
  constraint book_providers_body_ck check (json_valid(body))
) strict;

-- The body of a revision of terms, by the hash of its content.
create table book_terms (
  provider text not null,
  hash text not null,
  body text not null,
  constraint book_terms_pk primary key (provider, hash),
  constraint book_terms_body_ck check (json_valid(body))
) strict;

-- Revisions of terms, in the order in which they were registered.
create table book_revisions (
  provider text not null,
  terms text not null,
  revision text not null,
  hash text not null,
  place integer not null,
  body text not null,
  constraint book_revisions_pk primary key (provider, terms, revision),
  constraint book_revisions_body_ck check (json_valid(body))
) strict;

create unique index book_revisions_place_uq on book_revisions (provider, place);

-- Customers.
create table book_customers (
  provider text not null,
  customer text not null,
  version integer not null,
  body text not null,
  constraint book_customers_pk primary key (provider, customer),
  constraint book_customers_body_ck check (json_valid(body))
) strict;

-- Contracts.
create table book_contracts (
  provider text not null,
  customer text not null,
  contract text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint book_contracts_pk primary key (provider, customer, contract),
  constraint book_contracts_body_ck check (json_valid(body))
) strict;

-- Orders of a contract.
create table book_orders (
  provider text not null,
  customer text not null,
  contract text not null,
  order_id text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint book_orders_pk primary key (provider, customer, contract, order_id),
  constraint book_orders_body_ck check (json_valid(body))
) strict;

-- Subscriptions: the services of signed orders.
create table book_subscriptions (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  order_id text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint book_subscriptions_pk primary key (provider, customer, contract, subscription),
  constraint book_subscriptions_body_ck check (json_valid(body))
) strict;

-- Advances of clocks.
create table book_operations (
  id text not null,
  provider text not null,
  place integer not null,
  done integer not null,
  version integer not null,
  body text not null,
  constraint book_operations_pk primary key (id),
  constraint book_operations_body_ck check (json_valid(body))
) strict;

create unique index book_operations_place_uq on book_operations (provider, place);

create index book_operations_open_ix on book_operations (provider) where done = 0;

-- +goose Down
drop table book_operations;
drop table book_subscriptions;
drop table book_orders;
drop table book_contracts;
drop table book_customers;
drop table book_revisions;
drop table book_terms;
drop table book_providers;
