import { z } from 'zod';
import { showValue } from '../../scenario/config/config-error';

/** Exit code of a process with a bad configuration (EX_CONFIG of sysexits.h). */
export const EXIT_BAD_CONFIG = 78;

/**
 * Parses the environment once. Every fault is printed, then the process ends with exit code 78: a service with
 * half a configuration must not start.
 */
export function readEnv<Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(process.env);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const name = issue.path.join('.');
    const value = process.env[name];
    process.stderr.write(`Bad environment: ${name}=${showValue(value)}: ${issue.message}\n`);
  }
  process.exit(EXIT_BAD_CONFIG);
}
