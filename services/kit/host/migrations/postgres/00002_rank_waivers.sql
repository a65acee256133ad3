-- +goose Up

-- Peers that were not waited for any longer before live deadlines were run.
create table rank_waivers (
  peer text not null,
  since timestamptz not null,
  instant timestamptz not null,
  rank integer not null,
  record_time timestamptz not null,
  constraint rank_waivers_pk primary key (peer, since),
  constraint rank_waivers_rank_ck check (rank between 1 and 6)
);

-- +goose Down
drop table rank_waivers;
