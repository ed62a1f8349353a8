-- One index has all that history and facts are counted and skipped by. An index by name beside it cost every event a descent into another tree, and spared only
-- those who count few events of one name among very many of one participant.
drop index log_by_name;
create index log_by_history on log (participant_key, occurred_at, seq) include (kind, fact_mask, fact_count, event_name);
drop index log_by_time;
