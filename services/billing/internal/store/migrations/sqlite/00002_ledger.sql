-- +goose Up

-- Accounts: one debt ledger inside a contract.
create table ledger_accounts (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  currency text not null,
  credit integer not null,
  version integer not null,
  body text not null,
  constraint ledger_accounts_pk primary key (provider, customer, contract, account),
  constraint ledger_accounts_body_ck check (json_valid(body))
) strict;

-- Subscriptions as the account bills them.
create table ledger_services (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint ledger_services_pk primary key (provider, customer, contract, account, subscription),
  constraint ledger_services_body_ck check (json_valid(body))
) strict;

-- Recorded facts that are charged once, by the identity of their charge.
create table ledger_events (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  identity text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint ledger_events_pk primary key (provider, customer, contract, account, identity),
  constraint ledger_events_body_ck check (json_valid(body))
) strict;

create index ledger_events_subscription_ix on ledger_events (provider, customer, contract, account, subscription);

-- Metered records; each keeps its id and its request's id for ever.
create table ledger_usage (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  record text not null,
  meter text not null,
  unit text not null,
  day text not null,
  quantity text not null,
  body text not null,
  constraint ledger_usage_pk primary key (provider, customer, contract, subscription, record),
  constraint ledger_usage_body_ck check (json_valid(body))
) strict;

-- Charges in the order in which they were written; the amount is in minor units.
create table ledger_charges (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  charge text not null,
  place integer not null,
  identity text not null,
  sequence integer not null,
  subscription text not null,
  invoice text not null,
  currency text not null,
  amount integer not null,
  charge_date text not null,
  version integer not null,
  body text not null,
  constraint ledger_charges_pk primary key (provider, customer, contract, account, charge),
  constraint ledger_charges_body_ck check (json_valid(body))
) strict;

create unique index ledger_charges_identity_uq on ledger_charges (provider, customer, contract, account, identity, sequence);

create unique index ledger_charges_place_uq on ledger_charges (provider, customer, contract, account, place);

create index ledger_charges_unbilled_ix on ledger_charges (provider, customer, contract, account) where invoice = '';

-- The last number given in each provider's series of documents.
create table ledger_series (
  provider text not null,
  series text not null,
  last integer not null,
  constraint ledger_series_pk primary key (provider, series)
) strict, without rowid;

-- Issued documents; amounts are in minor units. Live ones are open or may still bear interest.
create table ledger_invoices (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  invoice text not null,
  number text not null,
  kind text not null,
  invoice_date text not null,
  due_date text not null,
  currency text not null,
  total integer not null,
  paid integer not null,
  live integer not null,
  version integer not null,
  body text not null,
  constraint ledger_invoices_pk primary key (provider, customer, contract, account, invoice),
  constraint ledger_invoices_body_ck check (json_valid(body))
) strict;

create unique index ledger_invoices_number_uq on ledger_invoices (provider, number);

create index ledger_invoices_live_ix on ledger_invoices (provider, customer, contract, account) where live = 1;

create index ledger_invoices_date_ix on ledger_invoices (provider, invoice_date, number);

-- Payments, credit notes and draws that meet documents; amounts are in minor units.
create table ledger_receipts (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  kind text not null,
  receipt text not null,
  value_date text not null,
  currency text not null,
  amount integer not null,
  credit integer not null,
  version integer not null,
  body text not null,
  constraint ledger_receipts_pk primary key (provider, customer, contract, account, kind, receipt),
  constraint ledger_receipts_body_ck check (json_valid(body))
) strict;

create index ledger_receipts_credit_ix on ledger_receipts (provider, customer, contract, account) where credit > 0;

create index ledger_receipts_date_ix on ledger_receipts (provider, customer, contract, account, kind, value_date, receipt);

-- The journal, append-only.
create table ledger_journal (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  entry integer not null,
  booking_date text not null,
  document text not null,
  body text not null,
  constraint ledger_journal_pk primary key (provider, customer, contract, account, entry),
  constraint ledger_journal_body_ck check (json_valid(body))
) strict;

-- One side of an entry of the journal, in minor units; the sides of an entry sum to zero.
create table ledger_postings (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  entry integer not null,
  side integer not null,
  book text not null,
  currency text not null,
  amount integer not null,
  constraint ledger_postings_pk primary key (provider, customer, contract, account, entry, side)
) strict, without rowid;

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
