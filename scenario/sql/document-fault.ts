/**
 * `scenario.document_fault(value, rule, place)`: the first fault of a JSON value by a rule of JSON Schema (the keywords
 * that scenario/document uses), e.g. `run.scenario.scale: is no number`; null when there is none. A service's role may
 * write an override only through functions that ask it.
 */
export const documentFaultStatement = `
  create or replace function scenario.document_fault(value jsonb, rule jsonb, place text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $function$
  declare
    kind text := jsonb_typeof(value);
    number numeric;
    child record;
    fault text;
  begin
    if value is null then return place || ': is missing'; end if;
    if rule ? 'anyOf' then
      for child in select alternative from jsonb_array_elements(rule->'anyOf') as alternative loop
        fault := scenario.document_fault(value, child.alternative, place);
        if fault is null then return null; end if;
        -- Of "an object or null" the object's own fault says more.
        exit when kind <> 'null' and child.alternative->>'type' = kind;
      end loop;
      return fault;
    end if;
    if rule ? 'const' and value <> rule->'const' then
      return place || ': is not ' || (rule->>'const');
    end if;
    if rule ? 'enum' and not rule->'enum' @> jsonb_build_array(value) then
      return place || ': is none of ' || (rule->>'enum');
    end if;
    if rule ? 'type' and kind <> (case rule->>'type' when 'integer' then 'number' else rule->>'type' end) then
      return place || ': is no ' || (rule->>'type');
    end if;
    if kind = 'number' then
      number := (value#>>'{}')::numeric;
      if rule->>'type' = 'integer' and number <> trunc(number) then return place || ': is no integer'; end if;
      if number < (rule->>'minimum')::numeric or number <= (rule->>'exclusiveMinimum')::numeric
         or number > (rule->>'maximum')::numeric then
        return place || ': is out of bounds';
      end if;
    elsif kind = 'string' then
      if char_length(value#>>'{}') < (rule->>'minLength')::int
         or char_length(value#>>'{}') > (rule->>'maxLength')::int then
        return place || ': is too short or too long';
      end if;
    elsif kind = 'array' then
      if jsonb_array_length(value) > (rule->>'maxItems')::int then return place || ': has too many items'; end if;
      for child in select item, at from jsonb_array_elements(value) with ordinality as items (item, at) loop
        fault := scenario.document_fault(child.item, rule->'items', place || '.' || (child.at - 1));
        if fault is not null then return fault; end if;
      end loop;
    elsif kind = 'object' then
      for child in select name, property from jsonb_each(rule->'properties') as properties (name, property) loop
        if value ? child.name or rule->'required' ? child.name then
          fault := scenario.document_fault(value->child.name, child.property, place || '.' || child.name);
          if fault is not null then return fault; end if;
        end if;
      end loop;
    end if;
    return null;
  end $function$`;
