-- One event, one transaction, written by hand for pgbench: the participant's row is locked and read, the log's row, the key's row and the new state are written, in
-- Laurel's own tables. What Laurel would render is given as text: it costs nothing here. A statement is a round trip.
\set person random(1, :people)
\set chance random(0, 9000000000000000000)
begin;
select key as participant, split_part(split_part(state, '"seq":', 2), ',', 1)::bigint + 1 as seq, (extract(epoch from clock_timestamp()) * 1000000)::bigint as now, gen_random_uuid() as key_hash
from participants where environment = :environment and id = 'user_' || (:person)::text for no key update \gset
insert into log (participant_key, seq, occurred_at, received_at, event_id, payload_hash, key_hash, kind, program_version, engine_version, fact_mask, fact_count, event_name, properties, facts, answer)
values (:participant, :seq, :now, :now, (lpad(to_hex((:now)::bigint), 16, '0') || lpad(to_hex((:chance)::bigint), 16, '0'))::uuid, gen_random_uuid(), :key_hash, 0, :program_version, :engine_version,
  :fact_mask, :fact_count, :event_name, :properties, :facts, :answer)
returning id as log_id \gset
insert into idempotency_keys (key_hash, log_id) values (:key_hash, :log_id);
update participants set state = format(:state, (:seq)::bigint, (:seq)::bigint * 3, (:seq)::bigint * 64), rate_arrival = :now where key = :participant;
commit;
