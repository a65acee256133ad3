-- +goose Up

-- Accounts: one debt ledger inside a contract.
create table ledger_accounts (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  currency text collate "C" not null,
  credit bigint not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_accounts_pk primary key (provider, customer, contract, account)
);

-- Subscriptions as the account bills them.
create table ledger_services (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  subscription text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_services_pk primary key (provider, customer, contract, account, subscription)
);

-- Recorded facts that are charged once, by the identity of their charge.
create table ledger_events (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  identity text collate "C" not null,
  subscription text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_events_pk primary key (provider, customer, contract, account, identity)
);

create index ledger_events_subscription_ix on ledger_events (provider, customer, contract, account, subscription);

-- Metered records; each keeps its id and its request's id for ever.
create table ledger_usage (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  subscription text collate "C" not null,
  record text collate "C" not null,
  meter text collate "C" not null,
  unit text collate "C" not null,
  day text collate "C" not null,
  quantity numeric(38,18) not null,
  body jsonb not null,
  constraint ledger_usage_pk primary key (provider, customer, contract, subscription, record)
);

-- Charges in the order in which they were written; the amount is in minor units.
create table ledger_charges (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  charge text collate "C" not null,
  place bigint not null,
  identity text collate "C" not null,
  sequence bigint not null,
  subscription text collate "C" not null,
  invoice text collate "C" not null,
  currency text collate "C" not null,
  amount bigint not null,
  charge_date text collate "C" not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_charges_pk primary key (provider, customer, contract, account, charge)
);

create unique index ledger_charges_identity_uq on ledger_charges (provider, customer, contract, account, identity, sequence);

create unique index ledger_charges_place_uq on ledger_charges (provider, customer, contract, account, place);

create index ledger_charges_unbilled_ix on ledger_charges (provider, customer, contract, account) where invoice = '';

-- The last number given in each provider's series of documents.
create table ledger_series (
  provider text collate "C" not null,
  series text collate "C" not null,
  last bigint not null,
  constraint ledger_series_pk primary key (provider, series)
);

-- Issued documents; amounts are in minor units. Live ones are open or may still bear interest.
create table ledger_invoices (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  invoice text collate "C" not null,
  number text collate "C" not null,
  kind text collate "C" not null,
  invoice_date text collate "C" not null,
  due_date text collate "C" not null,
  currency text collate "C" not null,
  total bigint not null,
  paid bigint not null,
  live bigint not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_invoices_pk primary key (provider, customer, contract, account, invoice)
);

create unique index ledger_invoices_number_uq on ledger_invoices (provider, number);

create index ledger_invoices_live_ix on ledger_invoices (provider, customer, contract, account) where live = 1;

create index ledger_invoices_date_ix on ledger_invoices (provider, invoice_date, number);

-- Payments, credit notes and draws that meet documents; amounts are in minor units.
create table ledger_receipts (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  kind text collate "C" not null,
  receipt text collate "C" not null,
  value_date text collate "C" not null,
  currency text collate "C" not null,
  amount bigint not null,
  credit bigint not null,
  version bigint not null,
  body jsonb not null,
  constraint ledger_receipts_pk primary key (provider, customer, contract, account, kind, receipt)
);

create index ledger_receipts_credit_ix on ledger_receipts (provider, customer, contract, account) where credit > 0;

create index ledger_receipts_date_ix on ledger_receipts (provider, customer, contract, account, kind, value_date, receipt);

-- The journal, append-only.
create table ledger_journal (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  entry bigint not null,
  booking_date text collate "C" not null,
  document text collate "C" not null,
  body jsonb not null,
  constraint ledger_journal_pk primary key (provider, customer, contract, account, entry)
);

-- One side of an entry of the journal, in minor units; the sides of an entry sum to zero.
create table ledger_postings (
  provider text collate "C" not null,
  customer text collate "C" not null,
  contract text collate "C" not null,
  account text collate "C" not null,
  entry bigint not null,
  side bigint not null,
  book text collate "C" not null,
  currency text collate "C" not null,
  amount bigint not null,
  constraint ledger_postings_pk primary key (provider, customer, contract, account, entry, side)
);

-- +goose Down
drop table ledger_postings;
drop table ledger_journal;
drop table ledger_receipts;
drop table ledger_invoices;
drop table ledger_series;
drop table ledger_charges;
drop table ledger_usage;
drop table ledger_events;
drop table ledger_services;
drop table ledger_accounts;
