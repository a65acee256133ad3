-- +goose Up

-- A provider and how its clock runs.
create table book_providers (
  provider text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint book_providers_pk primary key (provider)
);

-- The body of a revision of terms, by the hash of its content.
create table book_terms (
  provider text collate "C" not null,
  hash text collate "C" not null,
  body jsonb not null,
  constraint book_terms_pk primary key (provider, hash)
);

-- Revisions of terms, in the order in which they were registered.
create table book_revisions (
  provider text collate "C" not null,
  terms text collate "C" not null,
  revision text collate "C" not null,
  hash text collate "C" not null,
  place bigint not null,
  body jsonb not null,
  constraint book_revisions_pk primary key (provider, terms, revision)
);

create unique index book_revisions_place_uq on book_revisions (provider, place);

-- Customers.
create table book_customers (
  provider text collate "C" not null,
  customer text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint book_customers_pk primary key (provider, customer)
);

-- Contracts.
create table book_contracts (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  state text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint book_contracts_pk primary key (provider, customer, contract)
);

-- Orders of a contract.
create table book_orders (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  order_id text collate "C" not null,
  state text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint book_orders_pk primary key (provider, customer, contract, order_id)
);

-- Subscriptions: the services of signed orders.
create table book_subscriptions (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  order_id text collate "C" not null,
  state text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint book_subscriptions_pk primary key (provider, customer, contract, subscription)
);

-- Advances of clocks.
create table book_operations (
  id text collate "C" not null,
  provider text collate "C" not null,
  place bigint not null,
  done bigint not null,
  version bigint not null,
  body jsonb not null,
  constraint book_operations_pk primary key (id)
);

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
