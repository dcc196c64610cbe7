import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const TIMER_MODULES = ['node:timers', 'timers', 'node:timers/promises', 'timers/promises'];

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
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      '.data*/**',
      'coverage/**',
      'services/*/public/**/*.d.ts',
      '**/generated/**',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-properties': ['error', ...noScripting],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => stop()` for a caller that takes nothing back.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['services/*/**/*.ts'],
    ignores: [
      'services/**/*.test.ts',
      // Background tasks, and the stopping of a process.
      'services/lib/background.ts',
      'services/lib/server.ts',
      // The payment provider's own 100-200 ms.
      'services/payment/latency.ts',
      // The clock of the open-model load: it makes requests, it answers none.
      'services/load-generator/schedule/clock.ts',
    ],
    rules: {
      'no-restricted-globals': ['error', ...noTimers],
      'no-restricted-imports': [
        'error',
        { paths: TIMER_MODULES.map((name) => ({ name, message: 'No timers in request handling.' })) },
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
    languageOptions: { sourceType: 'module' },
    // Names are checked with the types (services/tsconfig.pages.json).
    rules: { 'no-restricted-properties': ['error', ...noScripting], 'no-undef': 'off' },
  },
);
