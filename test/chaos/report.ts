import { cpus, loadavg } from 'node:os';

/** What a case came to. */
export interface Figures {
  name: string;
  /** From the beginning of the heal to the last failed checkout (s), as the command counts. */
  recoveredS: number | null;
  /** Until everything was checked (s). */
  verifiedS: number | null;
  /** As `recoveredS`, as the independent client saw it. */
  clientRecoveredS: number;
  /** Orders that were answered with 200. */
  promised: number;
  /** Of those, not in the table. */
  missing: number;
  /** How often which HTTP status was answered. */
  answers: string;
  note: string;
}

/**
 * The figures as a page.
 *
 * @param place where the shop ran
 * @param command what makes the page
 */
export function chaosReport(figures: readonly Figures[], place: string, command: string): string {
  const seconds = (value: number | null): string => value?.toFixed(1) ?? '-';
  const rows = figures.map(
    ({ name, recoveredS, verifiedS, clientRecoveredS, promised, missing, answers, note }) =>
      `| ${name} | ${seconds(recoveredS)} | ${seconds(verifiedS)} | ${clientRecoveredS.toFixed(1)} | ${String(promised)} | ${String(missing)} | ${answers} | ${note} |`,
  );
  const promised = figures.reduce((sum, each) => sum + each.promised, 0);
  const missing = figures.reduce((sum, each) => sum + each.missing, 0);
  return [
    '# Chaos: what was killed, and how long it took to be well',
    '',
    `Made by \`${command}\` on ${new Date().toISOString().slice(0, 16)}Z, ${place}: demo minutes of 6 s, scale 0.25, 100,000 products, ` +
      `${String(cpus().length)} cores (load ${(loadavg()[0] ?? 0).toFixed(1)} at its end). Each case kills something as hard as can be during the peak of the outage, ends`,
    'healed and verified (index valid, no run, storage fast, pool as desired, under 2 % demo errors over ten seconds, every service ready), and an',
    `independent client orders five times a second throughout. **${String(promised)} orders were answered with 200; ${String(missing)} of them are missing in the table.**`,
    '',
    '| killed | recovered (s) | verified (s) | client: last failure (s) | orders answered 200 | missing | answers by status | note |',
    '|---|---:|---:|---:|---:|---:|---|---|',
    ...rows,
    '',
    'Recovered: from the beginning of the heal to the last failed checkout, as the load generator counts; verified: until everything had been',
    'checked (ten quiet seconds are part of it); client: the same as the independent client saw it.',
    '',
  ].join('\n');
}
