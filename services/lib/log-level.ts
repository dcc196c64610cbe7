import pino from 'pino';

const DEFAULT_LEVEL = 'info';

/**
 * The level that `LOG_LEVEL` asks for, in whatever case; `info` when it asks for none or for one that does not exist: a
 * service never fails for the wish of another program.
 *
 * @returns and the complaint to log, null without one
 */
export function logLevelOf(wanted: string | undefined): { level: string; complaint: string | null } {
  const level = wanted?.trim().toLowerCase() ?? '';
  if (level === '') return { level: DEFAULT_LEVEL, complaint: null };
  const known = [...Object.keys(pino.levels.values), 'silent'];
  if (known.includes(level)) return { level, complaint: null };
  return {
    level: DEFAULT_LEVEL,
    complaint: `LOG_LEVEL=${wanted ?? ''} does not count: one of ${known.join(', ')}`,
  };
}
