import { readShopRegistry, type Attribute, type Group, type Registry, type Use } from './registry';
import { readScore } from './score';

/** When an attribute is there, by its level of requirement. */
const THERE: Readonly<Record<Use['level'], string>> = {
  required: 'always',
  conditionally_required: 'by its condition',
  recommended: 'where it is known',
  opt_in: 'on request',
};

/** `docs/telemetry.md` without what is written by hand: all that the shop sends, from the registry. */
export function telemetryTables(): string {
  const registry = readShopRegistry();
  const groups = [...registry.groups.values()];
  const of = (type: Group['type']) => groups.filter((group) => group.type === type);
  return [
    '## Spans',
    '',
    ...of('span').flatMap((group) => section(registry, group, spanFacts(group))),
    '## Metrics',
    '',
    ...table(
      ['metric', 'instrument', 'unit', 'what it is', 'who sends it', 'attributes'],
      of('metric').map((group) => [
        code(group.metric_name),
        group.instrument ?? '',
        code(group.unit),
        [group.brief, group.note].filter(Boolean).join(' '),
        group.emitted.by ?? '',
        [...group.uses]
          .filter(([, { level }]) => level !== 'opt_in')
          .map(([key]) => code(key))
          .join(', '),
      ]),
    ),
    '## Events and log records',
    '',
    ...groups
      .filter(({ type, id }) => type === 'event' || id.startsWith('log.'))
      .flatMap((group) => section(registry, group, eventFacts(group))),
    '## The resource',
    '',
    ...of('entity').flatMap((group) => [group.brief, '', ...usesTable(registry, group)]),
    '## Attributes of our own',
    '',
    ...groups
      .filter(({ defines }) => defines.length > 0)
      .flatMap((group) => [
        `### ${group.display_name ?? group.id}`,
        '',
        group.brief,
        '',
        ...table(
          ['attribute', 'type', 'what it is', 'values'],
          group.defines.map((attribute) => [
            code(attribute.id),
            typeOf(attribute),
            attribute.brief,
            valuesOf(attribute),
          ]),
        ),
      ]),
    '## Instrumentation score',
    '',
    ...scoreLines(),
  ].join('\n');
}

function scoreLines(): string[] {
  const { score, rules } = readScore();
  return [
    `OpenTelemetry's [instrumentation score](https://github.com/instrumentation-score/spec) of a real outage, normal mode and heal ` +
      `with it: **${score}** of 100. A score is one service's, of its own telemetry; a rule here is passed when it is for ` +
      `every service, and what is measured is the worst of them.`,
    '',
    ...table(
      ['rule', 'impact', 'criterion', 'measured', 'passed'],
      rules.map(({ id, impact, criterion, measured, passed }) => [
        id,
        impact,
        criterion,
        measured,
        passed ? 'yes' : '**no**',
      ]),
    ),
  ];
}

function section(registry: Registry, group: Group, facts: string): string[] {
  const title = group.type === 'span' ? group.id : (group.name ?? 'any other record');
  return [`### \`${title}\``, '', `${group.brief} ${facts}`, '', ...usesTable(registry, group)];
}

function spanFacts({ span_kind = '', emitted }: Group): string {
  return `Kind ${span_kind.toUpperCase()}, scope \`${emitted.scope ?? ''}\`, name \`${emitted.name ?? ''}\`; sent by ${emitted.by ?? ''}.`;
}

function eventFacts({ emitted }: Group): string {
  const severity = emitted.severity === undefined ? '' : `At ${emitted.severity.join(' or ')}; sent by `;
  return emitted.by === undefined ? '' : `${severity || 'Sent by '}${emitted.by}.`;
}

/** Our own attributes with when they are there; the convention's, which says that itself, in one line. */
function usesTable(registry: Registry, { uses }: Group): string[] {
  const own = [...uses].filter(([key]) => registry.attributes.has(key));
  const theirs = [...uses].filter(([key]) => !registry.attributes.has(key));
  const line = theirs.map(([key, { level }]) => (level === 'required' ? `**${code(key)}**` : code(key)));
  return [
    ...(own.length === 0
      ? []
      : table(
          ['attribute', 'there'],
          own.map(([key, { level, condition }]) => [code(key), condition ?? THERE[level]]),
        )),
    ...(line.length === 0 ? [] : [`Of the convention (bold: always): ${line.join(', ')}`, '']),
  ];
}

function typeOf({ type }: Attribute): string {
  return typeof type === 'string' ? type : 'enumeration';
}

function valuesOf({ type, examples = [] }: Attribute): string {
  const values = typeof type === 'string' ? examples.flat() : type.members.map(({ value }) => value);
  return values.map((value) => code(String(value))).join(', ');
}

const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
