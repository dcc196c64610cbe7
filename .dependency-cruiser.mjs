/**
 * Who may import whom: the rooms of docs/architecture.md, whose table is made from `ROOMS` by `npm run docs`. Run by
 * `npm run lint`. Tests may reach whatever they test.
 */
export const ROOMS = [
  {
    room: 'scenario',
    what: 'what an outage is, pure: schema, presets, causes, timeline, rules of a running override, solver, prediction, flow alert, and the ordered SQL steps that apply and heal it',
    may: ['services/catalog'],
  },
  {
    room: 'report',
    what: 'what a run was, pure: observed minutes, verdict, curve, printers',
    may: ['scenario'],
  },
  {
    room: 'machine',
    what: 'what a program of ours needs of its machine: processes, run file, private files, terminal, JSON over HTTP, a PostgreSQL session, options, errors; `reach/`: whether cluster, registry and Docker answer',
    may: [],
  },
  {
    room: 'services',
    what: 'express services, one folder each; `lib/` is what they share; `catalog.ts` lists them all',
    may: ['scenario', 'report', 'telemetry', 'machine/bearer', 'machine/proxy'],
  },
  {
    room: 'telemetry',
    what: 'the registry of what the services send, and the page made from it',
    may: [],
  },
  {
    room: 'infra',
    what: 'Pulumi components, one folder each',
    may: ['scenario', 'machine', 'services/catalog'],
  },
  { room: 'stacks', what: 'the Pulumi program', may: ['infra', 'scenario', 'machine'] },
  {
    room: 'local',
    what: '`npm start`: the same catalog and scenario on this machine',
    may: ['scenario', 'report', 'machine', 'services/catalog'],
  },
  {
    room: 'cli',
    what: 'the commands',
    may: ['scenario', 'report', 'machine', 'services/catalog', 'telemetry'],
  },
  { room: 'policy', what: 'the policy pack', may: [] },
  {
    room: 'bench',
    what: 'what the product costs, and how its witnesses agree: measured, not tested',
    may: ['scenario', 'report', 'machine', 'services', 'local', 'test'],
  },
];

const escaped = (path) => path.replaceAll('/', '\\/');
/** A room's folder, or the one file of another room that may be imported (`services/catalog`). */
const place = (name) => (name.includes('/') ? `^${escaped(name)}(\\.ts|\\.js)$` : `^${name}/`);
const EVERY_ROOM = `^(${[...ROOMS.map(({ room }) => room), 'test'].join('|')})/`;
/** The console's layers: each knows only those before it. */
const LAYERS = ['otlp', 'store', 'api', 'stream', 'page'];
const TESTS = '\\.test\\.(ts|js)$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Data flows one way.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...ROOMS.map(({ room, may }) => ({
      name: `room-${room}`,
      comment: `${room} may import ${may.join(', ') || 'no other room'} (docs/architecture.md).`,
      severity: 'error',
      from: { path: place(room), pathNot: TESTS },
      to: { path: EVERY_ROOM, pathNot: [place(room), ...may.map(place)] },
    })),
    {
      name: 'service-alone',
      comment: 'A service never imports another one; what two need is in services/lib.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: [TESTS, '^services/lib/'] },
      to: { path: '^services/[^/]+/', pathNot: ['^services/$1/', '^services/lib/'] },
    },
    ...LAYERS.map((layer, index) => ({
      name: `console-${layer}`,
      comment: `In the console data flows one way: ${LAYERS.join(' → ')}.`,
      severity: 'error',
      from: { path: `^services/console/${layer}/`, pathNot: TESTS },
      to: { path: LAYERS.slice(index + 1).map((later) => `^services/console/${later}/`) },
    })).slice(0, -1),
    {
      name: 'lib-below-services',
      comment: 'services/lib knows no service.',
      severity: 'error',
      from: { path: '^services/lib/', pathNot: TESTS },
      to: { path: '^services/[^/]+/', pathNot: '^services/lib/' },
    },
    {
      name: 'test-helpers',
      comment: 'Production code imports no test helper.',
      severity: 'error',
      from: { path: EVERY_ROOM, pathNot: [TESTS, '^(test|bench)/'] },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
