import { readFileSync } from 'node:fs';
import { messageOf, Refusal } from '../machine/errors';
import { headerOf, type StartOptions } from './arguments';
import type { Forwarding } from './processes/service-processes';

/**
 * Where telemetry is forwarded to, from the command line and the file of headers it names; null: nowhere.
 *
 * @throws Refusal for a file that cannot be read, or a line that is no header; its value is never told
 */
export function readForwarding(
  options: Pick<StartOptions, 'otlpEndpoint' | 'otlpProtocol' | 'otlpHeader' | 'otlpHeadersFile' | 'otlpCa'>,
): Forwarding | null {
  const { otlpEndpoint, otlpProtocol, otlpHeader, otlpHeadersFile, otlpCa } = options;
  if (otlpEndpoint === null) return null;
  if (otlpCa !== null) readText(otlpCa, '--otlp-ca');
  return {
    endpoint: otlpEndpoint,
    protocol: otlpProtocol,
    headers: [...(otlpHeadersFile === null ? [] : headersIn(otlpHeadersFile)), ...otlpHeader],
    ca: otlpCa,
  };
}

/** Lines of KEY=VALUE; empty ones and those that begin with # are left out. */
function headersIn(path: string): { name: string; value: string }[] {
  return readText(path, '--otlp-headers-file')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '' || line.trim().startsWith('#')) return [];
      const header = headerOf(line);
      if (header === null) {
        throw new Refusal(`--otlp-headers-file ${path}: line ${String(index + 1)} is not KEY=VALUE`);
      }
      return [header];
    });
}

function readText(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`${option} ${path} cannot be read: ${messageOf(error)}`);
  }
}
