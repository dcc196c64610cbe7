import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { messageOf, Refusal } from '../errors';

const DEFAULT_FILE = path.join('~', '.kube', 'config');

/** As far as files are put together; kubectl writes an empty list as `null`. */
const entries = z
  .array(z.looseObject({ name: z.string() }))
  .nullish()
  .transform((list) => list ?? []);
const fileSchema = z.looseObject({
  'current-context': z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  contexts: entries,
  clusters: entries,
  users: entries,
});
type KubeconfigFile = z.infer<typeof fileSchema>;

/** Fields that name a file, relative to the kubeconfig's own folder. */
const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Finds the kubeconfig: content as it is, a path (from the project's folder) as its file, unset as kubectl does: the files
 * of `KUBECONFIG`, of which missing ones are passed over and of one name the first counts, else `~/.kube/config`.
 *
 * @returns its content, and where it came from
 * @throws Refusal when there is no such file, or one is none
 */
export function readKubeconfig(
  value: string | undefined,
  projectDir: string,
  variable: string | undefined = process.env.KUBECONFIG,
): { content: string; source: string } {
  if (value !== undefined && /\n|^\s*\{/.test(value)) return { content: value, source: 'kubeconfig' };
  const listed = (variable ?? '').split(path.delimiter).filter((file) => file !== '');
  const wanted = value !== undefined ? [value] : listed.length > 0 ? listed : [DEFAULT_FILE];
  const files = [...new Set(wanted.map((file) => path.resolve(projectDir, fromHome(file))))];
  const found = files.filter((file) => existsSync(file));
  const [only = ''] = found;
  if (found.length === 0) {
    throw new Refusal(
      `ecommerce-demo:kubeconfig = ${value ?? '(unset)'}: there is no file ${files.join(', nor ')}. ` +
        'Set it to the path of a kubeconfig, or as a secret to its content: ' +
        'cat FILE | pulumi config set --secret kubeconfig',
    );
  }
  return found.length === 1
    ? { content: contentOf(only), source: only }
    : { content: stringify(merge(found.map(parsed))), source: found.join(path.delimiter) };
}

const fromHome = (file: string): string => file.replace(/^~(?=$|[/\\])/, homedir());

/** A file's text; the paths in it do not depend on where it lies any more. */
function contentOf(file: string): string {
  const text = read(file);
  const document: unknown = tryParse(text);
  const before = JSON.stringify(document);
  // What is no kubeconfig is refused by who looks for a context in it.
  const after = fileSchema.safeParse(document).success ? withAbsolutePaths(document, file) : document;
  return JSON.stringify(after) === before ? text : stringify(after);
}

function parsed(file: string): KubeconfigFile {
  // kubectl takes an empty file for an empty list.
  const result = fileSchema.safeParse(withAbsolutePaths(tryParse(read(file)) ?? {}, file));
  if (result.success) return result.data;
  throw new Refusal(`ecommerce-demo:kubeconfig: ${file} (of KUBECONFIG) is not a kubeconfig.`);
}

/** Of one name the first entry counts, whole, whatever others say; so does the first current context. */
function merge(files: readonly KubeconfigFile[]): object {
  const all = (list: 'contexts' | 'clusters' | 'users') => {
    const byName = new Map<string, unknown>();
    for (const entry of files.flatMap((file) => file[list]))
      if (!byName.has(entry.name)) byName.set(entry.name, entry);
    return [...byName.values()];
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': files.map((file) => file['current-context']).find((name) => name !== '') ?? '',
    contexts: all('contexts'),
    clusters: all('clusters'),
    users: all('users'),
  };
}

/** A kubeconfig's document with every path in it made absolute, as kubectl reads them. */
function withAbsolutePaths(document: unknown, file: string): unknown {
  const folder = path.dirname(file);
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]: [string, unknown]) => {
        if (typeof inner !== 'string' || inner === '') return [name, visit(inner)];
        // A command without a slash is looked for on PATH.
        const isPath = PATHS.includes(name) || (name === 'command' && /[/\\]/.test(inner));
        return [name, isPath ? path.resolve(folder, inner) : inner];
      }),
    );
  };
  return visit(document);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`ecommerce-demo:kubeconfig: ${file} cannot be read: ${messageOf(error)}.`);
  }
}

/** A text's YAML; the text itself where it is none. */
export function tryParse(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return content;
  }
}
