/** One thing that is wrong in a stack's config. */
export interface ConfigFault {
  /** Key without namespace, with its path: `traffic.scale`, `curve[2].errorRate`. */
  key: string;
  /** The value as found; undefined where a key is missing. */
  value: unknown;
  /** What is wrong and what is allowed. */
  message: string;
  /** Line of the stack file (from 1), where the key came from one. */
  line?: number;
}

/** Thrown for a config that can't be used. Carries every fault, and its message lists them all. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];
  /** The stack file the values came from; null for values from elsewhere. */
  readonly file: string | null;

  constructor(faults: readonly ConfigFault[], file: string | null = null) {
    const where = file ?? 'config';
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
    super(`${where}: ${count}\n${faults.map((fault) => `  ${describeFault(fault)}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
    this.file = file;
  }
}

/** A fault in one line. */
export function describeFault({ key, value, message, line }: ConfigFault): string {
  const at = line === undefined ? '' : `line ${line}: `;
  return `${at}${key} = ${showValue(value)}: ${message}`;
}

/**
 * A value in one short line, as a person would find it in the file; of an address without what may be a secret in it:
 * login and query.
 */
export function showValue(value: unknown): string {
  if (value === undefined) return '(unset)';
  // Each address once: looked for from every slash of a long value, its end would be looked for as often.
  const text = JSON.stringify(value).replace(/\/\/[^\s"]*/g, (address) =>
    address.replace(/\/\/[^/@]*@/g, '//…@').replace(/\?[^#]+/, '?…'),
  );
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
