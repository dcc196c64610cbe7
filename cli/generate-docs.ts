import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderConfigPage } from '../scenario/config/docs-page';
import { renderAblations } from '../report/drawing/ablations';
import type { Report } from '../report/report';
import { coralogixPages } from './coralogix/definitions';
import { EXIT } from '../machine/errors';
import { telemetryTables } from '../telemetry/docs-page';

const REPOSITORY = path.join(__dirname, '..', '..');
const ARCHITECTURE = 'docs/architecture.md';
const TELEMETRY = 'docs/telemetry.md';

/** A page of which a part is made: what lies between `<!-- name: … -->` and `<!-- /name -->`. */
function withMade(page: string, name: string, made: string): string {
  const part = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[^]*(<!-- /${name} -->)`);
  return readFileSync(path.join(REPOSITORY, page), 'utf8').replace(
    part,
    (_, begin: string, end: string) => `${begin}${made}${end}`,
  );
}

/** A room of the house, as `.dependency-cruiser.mjs` states it. */
interface Room {
  room: string;
  what: string;
  may: string[];
}

/** The picture of all outages and their ablations, from the reports of their runs: `MODE.json`, `MODE-ABLATION.json`. */
function ablationsPicture(): string {
  return renderAblations((mode, ablation) => {
    const name = ablation === null ? mode : `${mode}-${ablation}`;
    const file = path.join(REPOSITORY, 'docs', 'run', `${name}.json`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
  });
}

/** Pages made from code, by their path in the repository. */
const PAGES: Readonly<Record<string, () => string>> = {
  'docs/config.md': renderConfigPage,
  'docs/run/ablations.svg': ablationsPicture,
  ...Object.fromEntries(Object.entries(coralogixPages()).map(([name, text]) => [name, () => text])),
};

/** An arrow from each room to those that it may import; `services/catalog` is a room of its own here. */
function roomsPicture(rooms: readonly Room[]): string {
  const node = (name: string) => (name.includes('/') ? `${name.replace('/', '-')}["${name}"]` : name);
  const arrows = rooms.flatMap(({ room, may }) => may.map((other) => `  ${node(room)} --> ${node(other)}`));
  const alone = rooms.filter(({ room }) => !arrows.some((arrow) => arrow.includes(node(room))));
  return ['```mermaid', 'flowchart TB', ...arrows, ...alone.map(({ room }) => `  ${node(room)}`), '```'].join(
    '\n',
  );
}

/** The architecture's page with picture and table of the rooms that dependency-cruiser enforces. */
async function architecturePage(): Promise<string> {
  const { ROOMS } = (await import(pathToFileURL(path.join(REPOSITORY, '.dependency-cruiser.mjs')).href)) as {
    ROOMS: Room[];
  };
  const rows = ROOMS.map(
    ({ room, what, may }) =>
      `| \`${room}/\` | ${what} | ${may.map((other) => `\`${other}\``).join(', ') || 'nothing of ours'} |`,
  );
  const table = [
    '',
    roomsPicture(ROOMS),
    '',
    '| room | what it is | may import |',
    '|---|---|---|',
    ...rows,
    '',
    '',
  ].join('\n');
  return withMade(ARCHITECTURE, 'rooms', table);
}

/** `npm run docs`: writes the pages; with `--check` fails when one is outdated. Returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const unknown = argv.filter((argument) => argument !== '--check');
  if (unknown.length > 0) {
    process.stderr.write(`${unknown.join(' ')}: unknown option. Usage: npm run docs [-- --check]\n`);
    return EXIT.usage;
  }
  let code: number = EXIT.ok;
  const pages = [
    ...Object.entries(PAGES),
    [ARCHITECTURE, architecturePage] as const,
    [TELEMETRY, () => withMade(TELEMETRY, 'registry', `\n${telemetryTables()}\n`)] as const,
  ];
  for (const [name, render] of pages) {
    const file = path.join(REPOSITORY, name);
    const text = await render();
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (argv.includes('--check')) {
      process.stderr.write(`${name} is outdated: run npm run docs\n`);
      code = EXIT.failed;
      continue;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${name}\n`);
  }
  return code;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
