/**
 * The environment of a child process is composed: what a program needs of the system, and what we set. What the user's
 * shell says to other programs (`OTEL_*`, `PG*`, `NODE_*`, proxies) reaches only a child it is meant for.
 */

/** What any program needs of the system it runs on. */
const SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|SYSTEMROOT|COMSPEC|PATHEXT|WINDIR|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA)$/i;

/** Kinds of variables that a child may be meant to get besides. */
export const FOR_CHILD = {
  /** A program of ours that talks to the world outside: its way there, and whom it believes. */
  outside: /^(HTTPS?_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i,
  /** The console's own settings. */
  console: /^CONSOLE_[A-Z_]+$/,
} as const;

/**
 * The environment of a child.
 *
 * @param env the user's
 * @param set what we say; outranks the user's
 * @param meant which more of the user's variables are meant for this child
 */
export function childEnvironment(
  env: NodeJS.ProcessEnv,
  set: Readonly<Record<string, string>> = {},
  meant: readonly RegExp[] = [],
): NodeJS.ProcessEnv {
  const allowed = Object.entries(env).filter(([name]) =>
    [SYSTEM, ...meant].some((names) => names.test(name)),
  );
  return { ...Object.fromEntries(allowed), ...set };
}

/**
 * Does `work` while the variables that `names` matches are unset, for a library that reads them itself and would believe
 * what was meant for another program. Not for asynchronous work.
 */
export function withoutVariables<T>(names: RegExp, work: () => T): T {
  const hidden = Object.entries(process.env).filter(([name]) => names.test(name));
  for (const [name] of hidden) Reflect.deleteProperty(process.env, name);
  try {
    return work();
  } finally {
    for (const [name, value] of hidden) process.env[name] = value;
  }
}

/** How much a service logs, as pino names it. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The level that `LOG_LEVEL` asks for, in whatever case; null when it is unset. One that does not exist counts as
 * unset, and `warn` gets the remedy: it may be meant for another program.
 */
export function readLogLevel(env: NodeJS.ProcessEnv, warn: (text: string) => void): LogLevel | null {
  const wanted = env.LOG_LEVEL?.trim().toLowerCase() ?? '';
  if (wanted === '') return null;
  const level = LOG_LEVELS.find((candidate) => candidate === wanted);
  if (level === undefined) {
    warn(`LOG_LEVEL=${env.LOG_LEVEL ?? ''} does not count: the services know ${LOG_LEVELS.join(', ')}`);
  }
  return level ?? null;
}
