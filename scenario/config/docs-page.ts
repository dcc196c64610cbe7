import { PROJECT_NAME } from './config-file';
import { DEPLOYMENT_BOOK } from './deployment';
import type { KeyDocumentation } from './key-documentation';
import { BOOK } from './schema';
import { presetOf } from '../presets/all';
import { DEMO_MODES } from '../types';

type DocumentedKey = ReturnType<typeof BOOK.documentedKeys>[number];

/** Renders the Markdown page of all keys of a stack from the schemas' own documentation. */
export function renderConfigPage(): string {
  return `${[
    '# Config keys',
    '',
    '<!-- Made from scenario/config/schema.ts and scenario/config/deployment.ts by `npm run docs`: change it there. -->',
    '',
    `Each key stands under \`config:\` of \`Pulumi.<stack>.yaml\` as \`${PROJECT_NAME}:<key>\`, or is written by`,
    '`pulumi config set <key> <value>`; keys with a dot with `--path` (`pulumi config set --path traffic.scale 0.5`).',
    'Unknown keys are refused, and all faults of a config are reported together, before anything is touched.',
    '',
    '## The scenario',
    '',
    '`npm start` and `pulumi up` read these from the same files.',
    '',
    ...table(BOOK.documentedKeys()),
    '',
    'Rates are requests per 60 real seconds, however short a demo minute is.',
    '',
    '## The deployment',
    '',
    'Where the shop runs and what it is made of: `pulumi up` follows these, `npm start` lets them through.',
    '[deploy.md](deploy.md) shows them at work.',
    '',
    ...table(DEPLOYMENT_BOOK.documentedKeys()),
  ].join('\n')}\n`;
}

function table(keys: readonly DocumentedKey[]): string[] {
  const rows = keys.map(({ key, documentation }) =>
    [
      `\`${key}\``,
      documentation.type,
      defaultOf(documentation),
      documentation.allowed,
      documentation.description,
    ]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  return [
    '| key | type | default | allowed | what it does |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ];
}

function defaultOf({ default: value }: KeyDocumentation): string {
  if (typeof value === 'string') return value;
  return DEMO_MODES.map((mode) => `${mode}: ${value(presetOf(mode))}`).join('<br>');
}
