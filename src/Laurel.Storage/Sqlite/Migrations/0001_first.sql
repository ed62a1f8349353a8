-- Times are microseconds since 1970-01-01T00:00:00Z. JSON is UTF-8 text. An environment is 2 * tenant + (1 if live).

create table tenants (
  key integer primary key,
  id text not null unique,
  name text not null,
  is_active integer not null,
  time_zone text not null,
  rate_per_second real,
  rate_burst integer,
  created_at integer not null
) strict;

create table api_keys (
  id text primary key,
  tenant_id text references tenants (id),
  is_live integer not null,
  name text not null,
  scopes text not null,
  hash blob not null unique,
  prefix text not null,
  expires_at integer,
  revoked_at integer,
  created_at integer not null,
  last_used_at integer
) strict, without rowid;

create table programs (
  environment integer not null,
  version integer not null,
  document text not null,
  published_at integer not null,
  published_by text not null,
  zones text not null,
  primary key (environment, version)
) strict, without rowid;

-- One row a participant: its name, and its state as one readable document, as of the last fold. rate_arrival is GCRA's theoretical arrival time.
create table participants (
  key integer primary key,
  environment integer not null,
  id text not null,
  created_at integer not null,
  rate_arrival integer not null,
  state text not null,
  unique (environment, id)
) strict;

-- The log: one row an input, with the facts it set off (a JSON array) and the answer it was given. Rows are only ever added, at the
-- end, so that a commit writes few pages. What would touch a page at random for every input (the three tables below, and
-- participants.state) is folded in later, sorted and in bulk; docs/decisions says why.
create table log (
  id integer primary key,
  participant_key integer not null,
  seq integer not null,
  event_id blob not null,
  event_name text not null,
  name_hash integer not null,
  occurred_at integer not null,
  received_at integer not null,
  program_version integer not null,
  engine_version integer not null,
  key_hash blob,
  payload_hash blob not null,
  properties text not null,
  facts text not null,
  fact_mask integer not null,
  fact_count integer not null,
  answer text not null
) strict;

-- States of participants after inputs that are not folded in yet, written in the inputs' own commit. log_id is the participant's last input in it.
create table recent_states (
  log_id integer primary key,
  participant_key integer not null,
  rate_arrival integer not null,
  state text not null
) strict;

-- All inputs up to this one are folded into participants, idempotency_keys and history.
create table folded (
  id integer primary key check (id = 1),
  through_log_id integer not null
) strict;
insert into folded values (1, 0);

-- One key, one input.
create table idempotency_keys (
  key_hash blob primary key,
  log_id integer not null
) strict, without rowid;

-- A participant's inputs by time. It covers every filter, so that counting and skipping never touch the log.
create table history (
  participant_key integer not null,
  occurred_at integer not null,
  seq integer not null,
  name_hash integer not null,
  fact_mask integer not null,
  fact_count integer not null,
  log_id integer not null,
  primary key (participant_key, occurred_at, seq)
) strict, without rowid;

-- The same by name, so that a name's events are counted and paged as fast as all of them.
create index history_by_name on history (participant_key, name_hash, occurred_at, seq, log_id);
