-- Inputs that a reset removed: the log's ids have gaps where they stood.
alter table folded add column removed_inputs integer not null default 0;

-- 1 while bytes of what was erased or removed may still stand in free pages and in the write-ahead log.
alter table folded add column is_scrub_due integer not null default 0;
