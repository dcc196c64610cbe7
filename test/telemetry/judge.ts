import type { Attribute, Group, Registry, Use } from '../../telemetry/registry';
import { STOREFRONT } from '../../services/catalog';
import {
  attributesOf,
  valueOf,
  type Described,
  type EmittedLog,
  type EmittedMetric,
  type EmittedSpan,
  type KeyValue,
  type Scope,
  type Sending,
} from './sink';

/** Names of OTLP's values by the registry's types. */
const WIRE_TYPES: Readonly<Record<string, string>> = {
  string: 'stringValue',
  int: 'intValue',
  double: 'doubleValue',
  boolean: 'boolValue',
};
const FAILED = 'STATUS_CODE_ERROR';

/**
 * Holds what was sent against the shop's registry and the convention it builds on. Strict: an attribute that the
 * group does not list, one of another type, a required one that is missing, a value outside its enumeration, a unit,
 * an instrument, a name or a kind that is not the registry's.
 * @returns one line for each kind of finding, with how often it was met
 */
export function findingsOf(sending: Sending, shop: Registry, convention: Registry): string[] {
  return new Judge(shop, convention).judge(sending);
}

class Judge {
  private readonly found = new Map<string, number>();
  private readonly groups: Group[];
  private readonly service: Group;
  private readonly page: Group;

  constructor(
    private readonly shop: Registry,
    private readonly convention: Registry,
  ) {
    this.groups = [...shop.groups.values()];
    this.service = this.group('entity.shop.service');
    this.page = this.group('entity.shop.page');
  }

  judge({ spans, metrics, logs }: Sending): string[] {
    for (const { record, scope, resource } of spans) {
      this.sender(scope, resource);
      this.span(record, scope);
    }
    for (const { record, scope, resource } of metrics) {
      this.sender(scope, resource);
      this.metric(record, scope);
    }
    for (const { record, scope, resource } of logs) {
      this.sender(scope, resource);
      this.log(record);
    }
    return [...this.found].map(([finding, count]) => `${finding} (${String(count)} ×)`);
  }

  private sender({ name, version }: Scope, resource: Described): void {
    if (!version) this.note(`scope ${name} has no version`);
    const isPage = attributesOf(resource)['service.name'] === STOREFRONT;
    this.attributes('resource', resource, isPage ? this.page : this.service);
  }

  private span(span: EmittedSpan, { name: scope }: Scope): void {
    const group = this.groups.find(
      ({ type, emitted }) =>
        type === 'span' && emitted.scope === scope && new RegExp(emitted.name ?? '').test(span.name),
    );
    if (!group) {
      this.note(`span ${span.name} of ${scope} is not in the registry`);
      return;
    }
    const where = `span ${group.id}`;
    if (span.kind !== `SPAN_KIND_${(group.span_kind ?? '').toUpperCase()}`)
      this.note(`${where} is ${span.kind}`);
    this.attributes(where, span, group);
    const hasType = span.attributes.some(({ key }) => key === 'error.type');
    if (span.status?.code === FAILED && !hasType) this.note(`${where} failed without error.type`);
    for (const event of span.events ?? []) {
      const known = this.groups.find(({ type, name }) => type === 'event' && name === event.name);
      if (known) this.attributes(`span event ${event.name}`, event, known);
      else this.note(`span event ${event.name} is not in the registry`);
    }
    for (const link of span.links ?? []) {
      const kind = String(attributesOf(link)['link.kind']).replace('-', '_');
      this.attributes('link', link, this.group(`link.shop.${kind}`));
    }
  }

  private metric(metric: EmittedMetric, { name: scope }: Scope): void {
    const group = this.groups.find(({ metric_name }) => metric_name === metric.name);
    const where = `metric ${metric.name}`;
    if (!group) {
      this.note(`${where} is not in the registry`);
      return;
    }
    if (group.emitted.scope !== scope) this.note(`${where} comes of ${scope}`);
    if (metric.unit !== group.unit) this.note(`${where} has the unit ${metric.unit}`);
    if (!metric.description) this.note(`${where} has no description`);
    const instrument = instrumentOf(metric);
    if (instrument !== group.instrument) this.note(`${where} is a ${instrument}`);
    const points = (metric.histogram ?? metric.sum ?? metric.gauge)?.dataPoints ?? [];
    for (const point of points) this.attributes(where, point, group);
  }

  private log(log: EmittedLog): void {
    const event = log.eventName ?? '';
    const group =
      event === ''
        ? this.group('log.shop.record')
        : this.groups.find(({ type, name }) => type === 'event' && name === event);
    if (!group) {
      this.note(`event ${event} is not in the registry`);
      return;
    }
    const { severity } = group.emitted;
    if (severity && !severity.includes(log.severityText))
      this.note(`event ${event} is at ${log.severityText}`);
    this.attributes(event === '' ? 'log record' : `event ${event}`, log, group);
  }

  private attributes(where: string, { attributes = [] }: Partial<Described>, group: Group): void {
    const keys = new Set<string>();
    for (const attribute of attributes) {
      const { key } = attribute;
      if (keys.has(key)) this.note(`${where}: ${key} is there twice`);
      keys.add(key);
      const known = this.shop.attributes.get(key) ?? this.convention.attributes.get(key);
      const use = group.uses.get(key);
      if (!known) this.note(`${where}: ${key} is not in the registry`);
      else if (!use) this.note(`${where}: ${key} is not among its attributes`);
      else this.value(where, attribute, known, use);
    }
    for (const [key, { level }] of group.uses)
      if (level === 'required' && !keys.has(key)) this.note(`${where}: ${key} is required and missing`);
  }

  private value(where: string, attribute: KeyValue, { id, type }: Attribute, { pattern }: Use): void {
    const wire = Object.keys(attribute.value)[0] ?? 'nothing';
    const value = valueOf(attribute);
    if (typeof type === 'string') {
      const wanted = type.endsWith('[]') ? 'arrayValue' : (WIRE_TYPES[type] ?? type);
      if (wire !== wanted) this.note(`${where}: ${id} is ${wire}, not ${type}`);
    } else {
      // The convention's own enumeration of errors is open: a group's pattern says which of ours there are.
      const isMember = type.members.some((member) => member.value === value);
      if (!isMember && pattern === null)
        this.note(`${where}: ${id} is ${String(value)}, which is none of its values`);
      if (wire !== 'stringValue' && wire !== 'intValue')
        this.note(`${where}: ${id} is ${wire}, not an enumeration`);
    }
    if (pattern !== null && !pattern.test(String(value)))
      this.note(`${where}: ${id} is ${String(value)}, which is none of its values`);
  }

  private group(id: string): Group {
    const group = this.shop.groups.get(id);
    if (!group) throw new Error(`the registry has no ${id}`);
    return group;
  }

  private note(finding: string): void {
    this.found.set(finding, (this.found.get(finding) ?? 0) + 1);
  }
}

/** The instrument that makes such a metric, as the registry names it. */
function instrumentOf({ histogram, sum, gauge }: EmittedMetric): string {
  if (histogram) return 'histogram';
  if (gauge) return 'gauge';
  return sum?.isMonotonic === true ? 'counter' : 'updowncounter';
}
