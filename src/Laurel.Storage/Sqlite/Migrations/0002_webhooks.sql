-- Webhooks. No table here holds a participant's id or a property: a delivery names its input in the log, and the message is made from there when it is sent, so that
-- what is erased from the log is sent no more. Two columns may hold what strangers wrote: webhook_attempts.answer (the beginning of what a receiver answered) and
-- webhook_attempts.error; both leave with their row, by age or with their endpoint.

-- Where messages go. event_types is a JSON array of texts; secrets is a JSON array of {"sealed": base64, "valid_until": time or null}. status: 0 enabled, 1 disabled, 2 deleted.
create table webhook_endpoints (
  key integer primary key,
  id text not null unique,
  environment integer not null,
  revision integer not null,
  url text not null,
  description text not null,
  event_types text not null,
  status integer not null,
  disabled_reason text,
  secrets text not null,
  created_at integer not null,
  updated_at integer not null,
  failing_since integer
) strict;
create index webhook_endpoints_by_environment on webhook_endpoints (environment);

-- Deleted endpoints of which deliveries or attempts may be left. Nothing is added to a deleted endpoint, so that each is swept once. Its own row and its notes stay:
-- they say who did what, and no later endpoint gets its key.
create table unswept_endpoints (
  endpoint_key integer primary key
) strict;

-- Counts the changes of an environment's endpoints, so that a batch sees whether it knows them.
create table webhook_versions (
  environment integer primary key,
  version integer not null
) strict;

-- What was changed on an endpoint, and by whom.
create table webhook_notes (
  endpoint_key integer not null,
  number integer not null,
  at integer not null,
  made_by text not null,
  change text not null,
  detail text not null,
  primary key (endpoint_key, number)
) strict, without rowid;

-- Inputs that somebody subscribes to, written with the input itself. queued_at is its received_at, so that nobody need read the log. targets is JSON: [[endpoint key, place, place, ...], ...].
create table outbox (
  log_id integer primary key,
  queued_at integer not null,
  targets text not null
) strict;

-- One row for each fact that an endpoint is still to get, or never got: it is due at due_at, or dead since dead_at. What was delivered is removed.
-- The message itself is not here: it is made from the log when it is sent.
create table deliveries (
  endpoint_key integer not null,
  log_id integer not null,
  place integer not null,
  attempts integer not null,
  queued_at integer not null,
  due_at integer not null,
  dead_at integer,
  primary key (endpoint_key, log_id, place)
) strict, without rowid;
-- dead_at is null in all of it, and stands in it so that it covers what a claim asks for.
create index due_deliveries on deliveries (endpoint_key, due_at, log_id, place, attempts, queued_at, dead_at) where dead_at is null;
create index dead_letters on deliveries (endpoint_key, dead_at, log_id, place) where dead_at is not null;

-- The same by the time that a replay asks for.
create index dead_letters_by_queue on deliveries (endpoint_key, queued_at) where dead_at is not null;

-- Requests made to endpoints. answer is the beginning of the body, any bytes.
create table webhook_attempts (
  id integer primary key,
  endpoint_key integer not null,
  message_id blob not null,
  type text not null,
  number integer not null,
  at integer not null,
  latency_ms integer not null,
  outcome text not null,
  status integer,
  error text,
  answer blob not null
) strict;
create index webhook_attempts_by_time on webhook_attempts (endpoint_key, at, id, outcome);
create index webhook_attempts_by_message on webhook_attempts (endpoint_key, message_id, at, id, outcome);
