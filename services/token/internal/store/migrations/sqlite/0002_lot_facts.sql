-- +goose Up
-- The version of the subscription's facts that the lots stand by. A use decides
-- on facts that it remembers, and sees here whether they are the present ones.
alter table lots add column facts integer not null default 0;
update lots set facts = (select s.version from subscriptions as s where s.provider = lots.provider
  and s.customer = lots.customer and s.contract = lots.contract and s.subscription = lots.subscription);

-- +goose Down
alter table lots drop column facts;
