/**
 * Planner and executor settings the outage relies on: no JIT and no parallel workers (both would change a scan's
 * time), scans start at the first row (`synchronize_seqscans` would let one join another), and plans made for the
 * values at hand (a generic plan becomes a Bitmap Heap Scan).
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  synchronize_seqscans: 'off',
  plan_cache_mode: 'force_custom_plan',
};

/** Settings of a server by which it lets go of clients whose network is gone: they hold no lock for more than half a minute. */
export const KEEPALIVE_SETTINGS: Readonly<Record<string, string>> = {
  tcp_keepalives_idle: '15',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

/** Settings as the `options` of a connection. */
export function asOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/**
 * The session settings as the `options` of a connection: a service may connect before set-up has given the database its
 * settings, which count only for later sessions.
 */
export const SESSION_OPTIONS = asOptions(SESSION_SETTINGS);
