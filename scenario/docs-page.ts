import { PROJECT_NAME } from './config-file';
import { DEPLOYMENT_KEYS, documentedKeys, type KeyDocumentation } from './schema';
import { DEMO_MODES } from './types';

/** Renders the Markdown page of all scenario keys from the schema's own documentation. */
export function renderConfigPage(): string {
  const rows = documentedKeys().map(({ key, documentation }) =>
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
  return `${[
    '# Config keys of the scenario',
    '',
    '<!-- Made from scenario/schema.ts by `npm run docs`: change it there. -->',
    '',
    `Each key stands under \`config:\` of \`Pulumi.<stack>.yaml\` as \`${PROJECT_NAME}:<key>\`, or is written by`,
    '`pulumi config set <key> <value>`; keys with a dot with `--path` (`pulumi config set --path traffic.scale 0.5`).',
    '`npm start` and `pulumi up` read the same files. Unknown keys are refused.',
    '',
    '| key | type | default | allowed | what it does |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    'Rates are requests per 60 real seconds, however short a demo minute is.',
    '',
    `Keys of a deployment, which \`npm start\` ignores: ${DEPLOYMENT_KEYS.map((key) => `\`${key}\``).join(', ')}.`,
  ].join('\n')}\n`;
}

function defaultOf({ default: value }: KeyDocumentation): string {
  if (typeof value === 'string') return value;
  return DEMO_MODES.map((mode) => `${mode}: ${value[mode]}`).join('<br>');
}
