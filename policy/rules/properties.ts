/** A resource's inputs, as a policy is handed them: of any shape. */
export type Properties = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one when it is none. */
export function record(value: unknown): Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}

/** The value as a list of objects; empty when it is none. */
export function records(value: unknown): Properties[] {
  return list(value).map(record);
}

/**
 * The value as a list; empty when it is none. It is a copy: the engine hands over proxies that refuse unknown values,
 * and an array method that makes an array of its own kind stumbles over them.
 */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? [...(value as unknown[])] : [];
}

/** The texts of a list; of a single text, that one. */
export function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return list(value).filter((item) => typeof item === 'string');
}
