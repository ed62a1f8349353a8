-- Who changed what, across all that administrators and operators write. environment is 0 for operators. No column holds a participant's id or what a caller wrote
-- into a body: route is a template, path the same with the codes and ids of definitions in it.
create table audit (
  id integer primary key,
  environment integer not null,
  at integer not null,
  key_id text not null,
  key_name text not null,
  key_prefix text not null,
  method text not null,
  route text not null,
  path text not null,
  status integer not null,
  trace_id text not null
) strict;
create index audit_by_environment on audit (environment, at, id);
