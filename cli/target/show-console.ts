import type { Output } from '../../machine/terminal';
import type { Target } from './target';

/**
 * Says where a stack's console answers on this machine, and keeps it open until `signal`.
 *
 * @param options.token whether the address has the admin token in it
 * @throws when no console is ready
 */
export async function showConsole(
  target: Pick<Target, 'name' | 'adminToken' | 'endpoints' | 'serviceUrl'>,
  { token }: { token: boolean },
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  // Asked once, so that a console that is not there is said now.
  await target.endpoints('console');
  const url = await target.serviceUrl('console');
  output.line(`Console of stack ${target.name}: ${url}/${token ? `#token=${target.adminToken}` : ''}`);
  if (!token) output.line('Its token, for run-time control: pulumi stack output adminToken --show-secrets');
  output.line('Ctrl-C closes it.');
  await untilAsked(signal);
}

/** Waits for the end. A tunnel lets its process end: this one stays. */
async function untilAsked(signal: AbortSignal): Promise<void> {
  const stay = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  clearInterval(stay);
}
