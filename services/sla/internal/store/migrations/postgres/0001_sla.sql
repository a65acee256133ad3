-- +goose Up

-- Revisions of terms that contracts rest on, by the hash of their body.
create table revisions (
  hash text not null,
  body jsonb not null,
  constraint revisions_pk primary key (hash)
);

-- +goose Down
drop table revisions;
