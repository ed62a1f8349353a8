-- What erasures and resets leave behind. inputs: how many a reset removed; the log's ids have gaps where they stood. is_scrub_due: 1 while bytes of what was erased or removed
-- may still stand in free pages and in the write-ahead log.
create table removals (
  id integer primary key check (id = 1),
  inputs integer not null default 0,
  is_scrub_due integer not null default 0
) strict;
insert into removals values (1, 0, 0);
