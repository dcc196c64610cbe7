import { OVERRIDE_RULES } from '../document';
import { EXTENTS } from './catalog';
import { documentFaultStatement } from './document-fault';
import { quoteLiteral } from './quote';

/** Channel of NOTIFY when the desired or the override row changes. */
export const SCENARIO_CHANNEL = 'scenario';

/** SQLSTATE raised by `begin_override` when a run is already there (object_in_use). */
export const OVERRIDE_EXISTS_SQLSTATE = '55006';

/** SQLSTATE raised for a run that is none (invalid_parameter_value). */
export const NO_DOCUMENT_SQLSTATE = '22023';

/**
 * Scenario state: one desired row, at most one override row, and the storage profile that follows from them.
 * Idempotent; run as the owner. The functions are SECURITY DEFINER so that the services' role can start and end
 * a run without owning anything.
 */
export const stateStatements: readonly string[] = [
  `create schema if not exists scenario`,
  `create sequence if not exists scenario.revision`,
  `create table if not exists scenario.desired (
     singleton boolean primary key default true check (singleton),
     revision bigint not null default nextval('scenario.revision'),
     document jsonb not null,
     applied_at timestamptz not null default now()
   )`,
  `create table if not exists scenario.override (
     singleton boolean primary key default true check (singleton),
     revision bigint not null default nextval('scenario.revision'),
     run_id text not null,
     mode text not null,
     started_by text not null,
     start_at timestamptz not null,
     paused_at timestamptz,
     ablation text,
     expires_at timestamptz not null,
     document jsonb not null
   )`,
  `create or replace function scenario.announce() returns trigger language plpgsql as $function$
   begin
     if tg_op <> 'DELETE' then new.revision := nextval('scenario.revision'); end if;
     perform pg_notify('${SCENARIO_CHANNEL}', tg_table_name || ' ' || tg_op);
     if tg_op = 'DELETE' then return old; end if;
     return new;
   end $function$`,
  `create or replace trigger announce before insert or update or delete on scenario.desired
     for each row execute function scenario.announce()`,
  `create or replace trigger announce before insert or update or delete on scenario.override
     for each row execute function scenario.announce()`,
  // The storage profile of one document: what one extent costs from when on.
  `create or replace function scenario.storage_rows(document jsonb, start_at timestamptz, paused_at timestamptz)
   returns table (at timestamptz, read_ms double precision) language plpgsql stable as $function$
   declare
     minute_length interval := make_interval(secs => (document->>'minuteSeconds')::double precision);
     -- Traffic ends with the last minute; storage one acquire timeout later, so that who came in the last minute
     -- meets the same outage as everybody before.
     end_at timestamptz := start_at + minute_length * (document->>'durationMinutes')::double precision
       + make_interval(secs => (document#>>'{pools,recommendation,acquireTimeoutMs}')::double precision / 1000);
     paused_minute double precision;
   begin
     if start_at is null or not coalesce((document#>>'{storage,enabled}')::boolean, false) then
       return query select '-infinity'::timestamptz, 0::double precision;
       return;
     end if;
     if paused_at is not null then
       paused_minute := extract(epoch from paused_at - start_at) / extract(epoch from minute_length);
       return query select '-infinity'::timestamptz, case when paused_at >= end_at then 0 else coalesce((
           select (step->>'scanMs')::double precision / ${EXTENTS}
             from jsonb_array_elements(document#>'{storage,steps}') as step
            where (step->>'minute')::double precision <= paused_minute
            order by (step->>'minute')::double precision desc limit 1), 0) end;
       return;
     end if;
     return query
       select '-infinity'::timestamptz, 0::double precision
       union all
       select start_at + minute_length * (step->>'minute')::double precision,
              (step->>'scanMs')::double precision / ${EXTENTS}
         from jsonb_array_elements(document#>'{storage,steps}') as step
        where (step->>'minute')::double precision < (document->>'durationMinutes')::double precision
       union all
       select end_at, 0::double precision;
   end $function$`,
  // Writes the profile of what is effective: the override until it expires, then the desired document.
  // \`next_desired\` is for appliers that heal storage before they write the desired row.
  `create or replace function scenario.write_storage(next_desired jsonb default null) returns void
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
   declare
     base jsonb := coalesce(next_desired, (select document from scenario.desired));
     run scenario.override;
   begin
     lock table shop.storage_profile in share row exclusive mode;
     select * into run from scenario.override where expires_at > clock_timestamp();
     delete from shop.storage_profile;
     if base is null and run.run_id is null then return; end if;
     if base is not null then
       insert into shop.storage_profile (at, read_ms)
       select at, read_ms
         from scenario.storage_rows(base, to_timestamp((base->>'startTimestamp')::double precision), null);
     end if;
     if run.run_id is not null then
       insert into shop.storage_profile (at, read_ms)
       select run.expires_at, coalesce((select read_ms from shop.storage_profile
                                         where at <= run.expires_at order by at desc limit 1), 0)
       on conflict (at) do nothing;
       delete from shop.storage_profile where at < run.expires_at;
       insert into shop.storage_profile (at, read_ms)
       select at, read_ms from scenario.storage_rows(run.document, run.start_at, run.paused_at)
        where at < run.expires_at;
     end if;
   end $function$`,
  documentFaultStatement,
  `create or replace function scenario.put_override(run jsonb) returns void
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
   declare
     fault text := scenario.document_fault(run, ${quoteLiteral(JSON.stringify(OVERRIDE_RULES))}::jsonb, 'run');
   begin
     if fault is not null then
       raise exception 'no run of a scenario: %', fault using errcode = '${NO_DOCUMENT_SQLSTATE}';
     end if;
     delete from scenario.override;
     insert into scenario.override (run_id, mode, started_by, start_at, paused_at, ablation, expires_at, document)
     values (run->>'runId', run->>'mode', run->>'startedBy',
             to_timestamp((run->>'startTimestamp')::double precision),
             to_timestamp((run->>'pausedAt')::double precision),
             run->>'ablation', to_timestamp((run->>'expiresAt')::double precision), run->'scenario');
     perform scenario.write_storage();
   end $function$`,
  `create or replace function scenario.begin_override(run jsonb) returns void
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
   declare
     running scenario.override;
   begin
     lock table scenario.override in share row exclusive mode;
     select * into running from scenario.override where expires_at > clock_timestamp();
     if running.run_id is not null then
       raise exception 'run % of % is under way until %', running.run_id, running.started_by, running.expires_at
         using errcode = '${OVERRIDE_EXISTS_SQLSTATE}';
     end if;
     perform scenario.put_override(run);
   end $function$`,
  // A change of a running override (pause, resume, goto, ablation): `ended` when that run is no longer there, `stale`
  // when somebody else has changed it since the caller read it. The version without a revision would undo his change.
  `drop function if exists scenario.change_override(jsonb)`,
  `create or replace function scenario.change_override(run jsonb, read_revision bigint) returns text
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
   declare
     running scenario.override;
   begin
     lock table scenario.override in share row exclusive mode;
     select * into running from scenario.override
      where run_id = run->>'runId' and expires_at > clock_timestamp();
     if running.run_id is null then return 'ended'; end if;
     if running.revision <> read_revision then return 'stale'; end if;
     perform scenario.put_override(run);
     return 'changed';
   end $function$`,
  `create or replace function scenario.end_override(ended_run_id text default null) returns boolean
   language plpgsql security definer set search_path = pg_catalog, pg_temp as $function$
   declare
     ended boolean;
   begin
     lock table scenario.override in share row exclusive mode;
     delete from scenario.override where ended_run_id is null or run_id = ended_run_id;
     ended := found;
     perform scenario.write_storage();
     return ended;
   end $function$`,
  `revoke all on all functions in schema scenario from public`,
  `grant usage on schema scenario to shop_app`,
  `grant select on scenario.desired, scenario.override to shop_app`,
  `grant execute on function scenario.begin_override(jsonb), scenario.end_override(text) to shop_app`,
];

/** Both rows as one, for readers. Timestamps are Unix seconds; the override only while it has not expired. */
export const stateQuery = `
  select d.document as desired, d.revision::text as desired_revision,
         o.revision::text as override_revision, o.run_id, o.mode, o.started_by, o.ablation, o.document as override,
         extract(epoch from o.start_at)::double precision as start_at,
         extract(epoch from o.paused_at)::double precision as paused_at,
         extract(epoch from o.expires_at)::double precision as expires_at
    from (select true) as one
    left join scenario.desired d on true
    left join scenario.override o on o.expires_at > clock_timestamp()`;

/** A cheap poll: a text that changes when either row does, also when an override expires. */
export const stateRevisionQuery = `
  select coalesce((select revision::text from scenario.desired), '-') || '/' ||
         coalesce((select revision::text from scenario.override where expires_at > clock_timestamp()), '-') as revision`;

/** Writes the desired document ($1). Run as the owner. */
export const writeDesiredStatement = `
  insert into scenario.desired (singleton, document) values (true, $1::jsonb)
  on conflict (singleton) do update set document = excluded.document, applied_at = now()`;
