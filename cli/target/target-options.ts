import { isStackName } from '../../scenario/config/config-file';
import { choice, dataFolderOption, flag, text, type ValuesOf } from '../../machine/options';
import type { Output } from '../../machine/terminal';
import { TARGET_KINDS } from './target';

/** An option with a stack's name. */
export function stackOption<D>(spec: { help: string; otherwise?: string; fallback: D }) {
  return text({
    ...spec,
    placeholder: 'NAME',
    allowed: "a stack's name, e.g. dev for Pulumi.dev.yaml",
    parse: (given) => (isStackName(given) ? given : null),
  });
}

/** The options by which every command names its shop. */
export const TARGET_OPTIONS = {
  target: choice(TARGET_KINDS, {
    help: 'the shop of npm start, or a deployed stack',
    fallback: 'local',
  }),
  stack: stackOption({ help: 'the stack: Pulumi.NAME.yaml', fallback: 'dev' }),
  dataDir: dataFolderOption('data folder of the local shop, and of what is kept'),
} as const;

/** The option by which an outage that was left open is left alone. */
export const KEEP = flag('leave an outage that a killed run left open (else it is healed first)');

/** Which shop: of a local one `stack` is whose file says how the scenario is configured. */
export type TargetOptions = ValuesOf<typeof TARGET_OPTIONS> & { output: Output };
