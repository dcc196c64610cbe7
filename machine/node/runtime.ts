import path from 'node:path';
import { isSince } from '../reach/node-version';

/** What OpenTelemetry's SDK and the compile cache need. */
const OLDEST = [22, 15] as const;

// `node dist/cli/demo.js` by an older Node than the one the repository brings: it would end with a fault of a module's.
if (!isSince(process.versions.node, OLDEST)) {
  const own = path.join(__dirname, '..', '..', '..', 'node_modules', '.bin', 'node');
  process.stderr.write(
    `Node ${process.versions.node} is too old: this needs ${OLDEST.join('.')} or newer, and npm install ` +
      `has put one here. Run it by npm (npm start, npm run …), or as\n  ${own} ${process.argv.slice(1).join(' ')}\n`,
  );
  process.exit(1);
}
