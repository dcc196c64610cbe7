import path from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { EXIT, messageOf, Refusal } from './errors';

/** The repository, seen from dist/cli. */
export const REPOSITORY = path.join(__dirname, '..', '..');

/** Where a command's relative paths start: the folder it was typed in (npm changes to the repository). */
export const place = (): { repositoryDir: string; cwd: string } => ({
  repositoryDir: REPOSITORY,
  cwd: process.env.INIT_CWD ?? process.cwd(),
});

const HELP_ARGUMENT = { help: { type: 'boolean', short: 'h', default: false } } as const;

/**
 * A command's options as node's parseArgs reads them, with `--help`.
 *
 * @param command as in `npm run command`
 * @throws Refusal (exit code 2) naming the option that does not exist, or its missing value
 */
export function parseOptions<const O extends ParseArgsOptionsConfig>(
  command: string,
  argv: readonly string[],
  options: O,
  allowPositionals = false,
) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals,
      options: { ...options, ...HELP_ARGUMENT },
    });
  } catch (error) {
    throw new Refusal(
      `${messageOf(error).split('. ')[0] ?? ''}. All options: npm run ${command} -- --help`,
      EXIT.usage,
    );
  }
}
