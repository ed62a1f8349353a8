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
  published_at integer not null,
  published_by text not null,
  zones text not null,
  document text not null,
  primary key (environment, version)
) strict, without rowid;

-- Environments whose participants were not yet looked at under this version, their newest.
create table unswept_programs (
  environment integer primary key,
  version integer not null
) strict;

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

-- By environment and key, to go through an environment's participants.
create index participants_by_environment on participants (environment);

-- When the clock must wake a participant. Written with the commit, never folded.
create table wakes (
  participant_key integer primary key,
  due_at integer not null
) strict;
create index wakes_by_time on wakes (due_at);

-- Pieces of participants' states that are seldom wanted. Written with the commit, never folded.
create table parts (
  participant_key integer not null,
  part_key text not null,
  document text not null,
  primary key (participant_key, part_key)
) strict, without rowid;

-- How many of a reward were granted, ever, and the size of its pool. The checks are the last guard against granting what is not there.
create table reward_stocks (
  environment integer not null,
  reward text not null,
  issued integer not null default 0,
  codes_total integer not null default 0,
  codes_free integer not null default 0 check (codes_free between 0 and codes_total),
  primary key (environment, reward)
) strict, without rowid;

-- Codes are taken in the order of their ids. A code with a fact is taken, for good.
create table reward_codes (
  id integer primary key,
  environment integer not null,
  reward text not null,
  value text not null,
  participant_key integer,
  fact_id blob,
  issued_at integer,
  unique (environment, reward, value)
) strict;
create index free_reward_codes on reward_codes (environment, reward) where fact_id is null;

-- The log: one row an input (kind 0 an event, 1 a command, 2 a tick of the clock), with the facts it set off (a JSON array), the answer it was given, and
-- what was allocated for it outside its participant. Rows are only ever added, at the
-- end, so that a commit writes few pages. What would touch a page at random for every input (the three tables below, and
-- participants.state) is folded in later, sorted and in bulk; docs/decisions says why.
create table log (
  id integer primary key,
  participant_key integer not null,
  seq integer not null,
  kind integer not null,
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
  answer text not null,
  outcomes text
) strict;

-- Inputs received in an earlier millisecond than the one before them: the clock was set back. Between two of them the log is sorted by time, so that an
-- input is found by the time in its id, without an index.
create table clock_steps (
  log_id integer primary key
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

-- A participant's inputs by time; name_hash is 0 for all but events. It covers every filter, so that counting and skipping never touch the log.
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
