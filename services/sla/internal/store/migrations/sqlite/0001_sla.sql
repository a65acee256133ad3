-- +goose Up

-- Revisions of terms that contracts rest on, by the hash of their body.
create table revisions (
  hash text not null,
  body text not null,
  constraint revisions_pk primary key (hash),
  constraint revisions_body_ck check (json_valid(body))
) strict, without rowid;

-- +goose Down
drop table revisions;
