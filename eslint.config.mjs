import eslint from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md). */
const zones = [
  // Service names, ports and edges are everybody's.
  { target: './scenario', from: './services', except: ['./catalog.ts'] },
  { target: './scenario', from: ['./infra', './stacks', './local', './cli', './policy'] },
  { target: './services', from: ['./infra', './stacks', './local', './cli', './policy'] },
  { target: './infra', from: ['./stacks', './local', './cli', './policy'] },
  { target: './local', from: ['./infra', './stacks', './cli', './policy'] },
  { target: './stacks', from: ['./local', './cli'] },
];

/** An outage that is caused needs neither chance nor a wait in a request handler. */
const noScripting = [
  {
    object: 'Math',
    property: 'random',
    message: 'Outcomes are caused or a hash of the input, never random.',
  },
];
const noTimers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'No timers in request handling: background work uses services/lib/background.',
}));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data*/**', 'coverage/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver': { typescript: true, node: true } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'no-restricted-properties': ['error', ...noScripting],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['services/*/**/*.ts'],
    ignores: [
      'services/lib/**',
      'services/**/*.test.ts',
      // The payment provider's own 100-200 ms.
      'services/payment/latency.ts',
      // The clock of the open-model load: it makes requests, it answers none.
      'services/load-generator/clock.ts',
    ],
    rules: {
      'no-restricted-globals': ['error', ...noTimers],
      'no-restricted-imports': [
        'error',
        { paths: ['node:timers', 'timers', 'node:timers/promises', 'timers/promises'] },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // node:test's describe and it return promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['describe', 'it', 'test', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['services/*/public/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        [
          'window',
          'document',
          'fetch',
          'location',
          'localStorage',
          'sessionStorage',
          'navigator',
          'console',
          'crypto',
          'history',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'requestAnimationFrame',
          'URL',
          'URLSearchParams',
          'AbortController',
          'AbortSignal',
          'Intl',
          'EventSource',
          'matchMedia',
          'performance',
          'HTMLElement',
          'Event',
          'CustomEvent',
          'FormData',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { 'no-restricted-properties': ['error', ...noScripting] },
  },
);
