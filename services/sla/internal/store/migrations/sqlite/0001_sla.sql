-- +goose Up

-- Targets: a unit, a service or a shared platform. subscription is '' for the
-- latter.
create table targets (
  provider text not null,
  id text not null,
  version integer not null,
  customer text not null,
  subscription text not null,
  body text not null,
  constraint targets_pk primary key (provider, id),
  constraint targets_body_ck check (json_valid(body))
) strict;
create index targets_by_subscription_ix on targets (provider, subscription, id);

-- Times in which a target did not work; an open end is null.
create table outages (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  start_time text not null,
  end_time text,
  body text not null,
  constraint outages_pk primary key (provider, target, id),
  constraint outages_time_ck check (end_time >= start_time),
  constraint outages_body_ck check (json_valid(body))
) strict;
create index outages_by_start_ix on outages (provider, target, start_time, id);

-- Runs of an operation.
create table runs (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  start_time text not null,
  end_time text,
  body text not null,
  constraint runs_pk primary key (provider, target, id),
  constraint runs_time_ck check (end_time >= start_time),
  constraint runs_body_ck check (json_valid(body))
) strict;
create index runs_by_start_ix on runs (provider, target, start_time, id);

-- Times that are judged differently.
create table windows (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  start_time text not null,
  end_time text,
  body text not null,
  constraint windows_pk primary key (provider, target, id),
  constraint windows_time_ck check (end_time >= start_time),
  constraint windows_body_ck check (json_valid(body))
) strict;
create index windows_by_start_ix on windows (provider, target, start_time, id);

-- Times in which the customer did not do its duty.
create table duty_breaches (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  start_time text not null,
  end_time text,
  body text not null,
  constraint duty_breaches_pk primary key (provider, target, id),
  constraint duty_breaches_time_ck check (end_time >= start_time),
  constraint duty_breaches_body_ck check (json_valid(body))
) strict;
create index duty_breaches_by_start_ix on duty_breaches (provider, target, start_time, id);

-- The newest version of each assessment; month is '' for that of an incident.
create table assessments (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  start_time text not null,
  month text not null,
  body text not null,
  constraint assessments_pk primary key (provider, target, id),
  constraint assessments_body_ck check (json_valid(body))
) strict;
create index assessments_by_start_ix on assessments (provider, target, start_time, id);

-- Every version of each assessment; a row never changes.
create table assessment_versions (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  body text not null,
  constraint assessment_versions_pk primary key (provider, target, id, version),
  constraint assessment_versions_body_ck check (json_valid(body))
) strict;

-- What a miss entitles the customer to.
create table awards (
  provider text not null,
  target text not null,
  id text not null,
  version integer not null,
  body text not null,
  constraint awards_pk primary key (provider, target, id),
  constraint awards_body_ck check (json_valid(body))
) strict;

-- Subscriptions as the book tells them, with their holds and what their
-- snapshot stores reported.
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

-- Revisions of terms that contracts rest on, by the hash of their body.
create table revisions (
  hash text not null,
  body text not null,
  constraint revisions_pk primary key (hash),
  constraint revisions_body_ck check (json_valid(body))
) strict;

-- +goose Down
drop table revisions;
drop table subscriptions;
drop table awards;
drop table assessment_versions;
drop table assessments;
drop table duty_breaches;
drop table windows;
drop table runs;
drop table outages;
drop table targets;
