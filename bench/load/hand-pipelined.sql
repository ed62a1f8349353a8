-- The same transaction in three round trips, as a driver that pipelines would send it: the log's row and the key's in one statement, and commit behind the update.
\set person random(1, :people)
\set chance random(0, 9000000000000000000)
begin;
select key as participant, split_part(split_part(state, '"seq":', 2), ',', 1)::bigint + 1 as seq, (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
from participants where environment = :environment and id = 'user_' || (:person)::text for no key update \gset
\startpipeline
with kept as (
  insert into log (participant_key, seq, occurred_at, received_at, event_id, payload_hash, key_hash, kind, program_version, engine_version, fact_mask, fact_count, event_name, properties, facts, answer)
  values (:participant, :seq, :now, :now, (lpad(to_hex((:now)::bigint), 16, '0') || lpad(to_hex((:chance)::bigint), 16, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), 0, :program_version, :engine_version,
    :fact_mask, :fact_count, :event_name, :properties, :facts, :answer)
  returning id, key_hash
)
insert into idempotency_keys (key_hash, log_id) select key_hash, id from kept;
update participants set state = format(:state, (:seq)::bigint, (:seq)::bigint * 3, (:seq)::bigint * 64), rate_arrival = :now where key = :participant;
commit;
\endpipeline
