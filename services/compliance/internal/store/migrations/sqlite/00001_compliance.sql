-- +goose Up

-- A revision's body by its hash, fetched once from its owner.
create table compliance_terms (
  provider text not null,
  hash text not null,
  body text not null,
  constraint compliance_terms_pk primary key (provider, hash),
  constraint compliance_terms_body_ck check (json_valid(body))
) strict;

-- What is known of contracts.
create table compliance_contracts (
  provider text not null,
  customer text not null,
  contract text not null,
  body text not null,
  constraint compliance_contracts_pk primary key (provider, customer, contract),
  constraint compliance_contracts_body_ck check (json_valid(body))
) strict;

-- What is known of subscriptions.
create table compliance_services (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  body text not null,
  constraint compliance_services_pk primary key (provider, customer, contract, subscription),
  constraint compliance_services_body_ck check (json_valid(body))
) strict;

-- What is known of accounts: arrears and deposits.
create table compliance_accounts (
  provider text not null,
  customer text not null,
  contract text not null,
  account text not null,
  body text not null,
  constraint compliance_accounts_pk primary key (provider, customer, contract, account),
  constraint compliance_accounts_body_ck check (json_valid(body))
) strict;

-- Which subscription a target of sla watches.
create table compliance_targets (
  provider text not null,
  target text not null,
  body text not null,
  constraint compliance_targets_pk primary key (provider, target),
  constraint compliance_targets_body_ck check (json_valid(body))
) strict;

-- Breaches and arrears with their ladder.
create table compliance_cases (
  provider text not null,
  customer text not null,
  contract text not null,
  id text not null,
  opened text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint compliance_cases_pk primary key (provider, customer, contract, id),
  constraint compliance_cases_body_ck check (json_valid(body))
) strict;

create index compliance_cases_opened_ix on compliance_cases (provider, opened, customer, contract, id);

-- Suspensions.
create table compliance_holds (
  provider text not null,
  customer text not null,
  contract text not null,
  id text not null,
  case_id text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint compliance_holds_pk primary key (provider, customer, contract, id),
  constraint compliance_holds_body_ck check (json_valid(body))
) strict;

-- Acts that one person proposes and another approves.
create table compliance_decisions (
  provider text not null,
  customer text not null,
  contract text not null,
  id text not null,
  proposed text not null,
  action text not null,
  subject text not null,
  case_id text not null,
  state text not null,
  version integer not null,
  body text not null,
  constraint compliance_decisions_pk primary key (provider, customer, contract, id),
  constraint compliance_decisions_body_ck check (json_valid(body))
) strict;

create index compliance_decisions_proposed_ix on compliance_decisions (provider, proposed, customer, contract, id);

create index compliance_decisions_subject_ix on compliance_decisions (provider, customer, contract, subject);

-- Hardware and software in the customer's hands.
create table compliance_assets (
  provider text not null,
  customer text not null,
  contract text not null,
  id text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint compliance_assets_pk primary key (provider, customer, contract, id),
  constraint compliance_assets_body_ck check (json_valid(body))
) strict;

create index compliance_assets_subscription_ix on compliance_assets (provider, customer, contract, subscription);

-- The fate of the data stored in each service.
create table compliance_retention (
  provider text not null,
  customer text not null,
  contract text not null,
  subscription text not null,
  version integer not null,
  body text not null,
  constraint compliance_retention_pk primary key (provider, customer, contract, subscription),
  constraint compliance_retention_body_ck check (json_valid(body))
) strict;

-- Time limits of all services. One without a due time sorts behind all others.
create table compliance_obligations (
  provider text not null,
  customer text not null,
  id text not null,
  due text not null,
  running integer not null,
  body text not null,
  constraint compliance_obligations_pk primary key (provider, customer, id),
  constraint compliance_obligations_body_ck check (json_valid(body))
) strict;

create index compliance_obligations_due_ix on compliance_obligations (provider, due, customer, id);

-- What customers were told. Rows in the state QUEUED wait to be sent.
create table compliance_notices (
  provider text not null,
  customer text not null,
  id text not null,
  given text not null,
  place integer not null,
  state text not null,
  body text not null,
  constraint compliance_notices_pk primary key (provider, customer, id),
  constraint compliance_notices_body_ck check (json_valid(body))
) strict;

create index compliance_notices_given_ix on compliance_notices (provider, given, customer, place, id);

create index compliance_notices_place_ix on compliance_notices (provider, customer, place);

create index compliance_notices_queued_ix on compliance_notices (given) where state = 'QUEUED';

-- Who did what, appended only.
create table compliance_audit (
  provider text not null,
  customer text not null,
  id text not null,
  recorded text not null,
  place integer not null,
  body text not null,
  constraint compliance_audit_pk primary key (provider, customer, id),
  constraint compliance_audit_body_ck check (json_valid(body))
) strict;

create index compliance_audit_recorded_ix on compliance_audit (provider, recorded, customer, place, id);

create index compliance_audit_place_ix on compliance_audit (provider, customer, place);

-- +goose Down
drop table compliance_audit;
drop table compliance_notices;
drop table compliance_obligations;
drop table compliance_retention;
drop table compliance_assets;
drop table compliance_decisions;
drop table compliance_holds;
drop table compliance_cases;
drop table compliance_targets;
drop table compliance_accounts;
drop table compliance_services;
drop table compliance_contracts;
drop table compliance_terms;
