/**
 * Finds the names and numbers of the documents that docs/from-your-documents.md answers: commands, variables, ports, files,
 * indexes, attributes, paths, fields, code and numbers. Their list, seed-names.json, is made by
 * `node test/house/extract-seed-names.mjs FOLDER | npx prettier --parser json > test/house/seed-names.json`, FOLDER having them
 * as 000*.txt to 004*.txt.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('Usage: node test/house/extract-seed-names.mjs FOLDER\n');
  process.exit(2);
}

/** What each document is. */
const DOCUMENTS = {
  '000': 'why V4 was rolled back',
  '001': 'V4: dual-mode traffic',
  '002': 'V5: what was built',
  '003': 'V5: the plan',
  '004': 'V3: scenario, timeline, flow alert',
};

/** Names by kind: what a pattern finds, or its first group. */
const KINDS = {
  commands: [
    /\bkubectl (?:rollout \w+|set env|delete \w+|get \w+|[a-z]+)/g,
    /\b(?:docker (?:build|tag|push)|git (?:checkout|add|commit|log|status)|pip install|chmod \+x|psql -U \w+|pg_isready|curl|jq)\b/g,
    /\\di products\*/g,
    /DROP INDEX IF EXISTS/g,
    /\bssh(?= -i)/g,
  ],
  variables: [/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g, /\b(?:NAMESPACE|REGISTRY)(?==)/g],
  ports: [/(?:[Pp]ort:? |:)((?:80|63|43)\d\d)\b/g],
  files: [/[\w.-]+\.(?:py|sh|ya?ml|sql|md|txt|tfvars)\b/g, /(?<![\w.])\.env\.example/g, /Dockerfile\.\w+/g],
  indexes: [/\bidx_\w+/g],
  attributes: [
    /\b(?:db|checkout|traffic|demo|endpoint|peer|http|service)\.[a-z_]+(?:\.[a-z_]+)*/g,
    /\bdemo_(?:slow|pool|checkout)_\w+/g,
  ],
  paths: [
    /(?<![\w.])\/(?:api|admin|products|cart|orders|convert|calculate|ads|recommend|health)\b[\w/<>-]*/g,
  ],
  fields: [/"([a-z_]+)":/g],
  code: [
    /\b(?:DualModeLoadGenerator|DemoSpanAttributes|ConnectionPoolSimulator|BlackFridayScenario|structlog)\b/g,
    /\b(?:call|frontend)_[a-z_]+|get_products_from_db|demo_state\b/g,
    /\b[a-z]+(?:_[a-z]+)+(?=\()/g,
  ],
  addresses: [/https?:\/\/[a-z][\w.-]+(?::\d+)?/g, /ecommerce-(?:demo|platform|config)\b/g],
  numbers: [
    /\d[\d,.]*\s?(?:%|ms|rpm|RPM|rows|K\/minute)/g,
    /\d+\+ (?:services|pods)|\d-\d (?:levels|trace)/g,
    /timeout=(\d+)/g,
  ],
};

/** Words of Python, of its libraries, and of a script's own variables: nothing that anybody would look for here. */
const NO_NAMES =
  /^(get_tracer|get_json|set_status|set_attribute|start_as_current_span|LOAD_POD|BACKUP_BRANCH|POD_COUNT|msg|spans|demo\.sh|db\.sql|dataprime-assistant.*|http:\/\/localhost.*)$/;

const found = {};
for (const file of readdirSync(folder)
  .filter((name) => /^00\d.*\.txt$/.test(name))
  .sort()) {
  const document = file.slice(0, 3);
  const text = readFileSync(join(folder, file), 'utf8');
  for (const [kind, patterns] of Object.entries(KINDS)) {
    for (const [whole, group] of patterns.flatMap((pattern) => [...text.matchAll(pattern)])) {
      const name = (group ?? whole).replace(/\s+/g, ' ').replace(/[.-]$/, '');
      if (NO_NAMES.test(name)) continue;
      const names = (found[kind] ??= {});
      if (!(names[name] ??= []).includes(document)) names[name].push(document);
    }
  }
}
process.stdout.write(`${JSON.stringify({ documents: DOCUMENTS, names: found }, null, 2)}\n`);
