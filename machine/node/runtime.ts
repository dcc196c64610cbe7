import path from 'node:path';

/** What OpenTelemetry's SDK and the compile cache need. */
const OLDEST = { major: 22, minor: 15 };

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// `node dist/cli/demo.js` by an older Node than the one the repository brings: it would end with a fault of a module's.
if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
  const own = path.join(__dirname, '..', '..', '..', 'node_modules', '.bin', 'node');
  process.stderr.write(
    `Node ${process.versions.node} is too old: this needs ${String(OLDEST.major)}.${String(OLDEST.minor)} or newer, and npm install ` +
      `has put one here. Run it by npm (npm start, npm run …), or as\n  ${own} ${process.argv.slice(1).join(' ')}\n`,
  );
  process.exit(1);
}
