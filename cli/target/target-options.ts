import { isStackName } from '../../scenario/config/config-file';
import { choice, dataFolderOption, flag, text, type ValuesOf } from '../../machine/options';
import { TARGET_KINDS } from './target';

/** The options by which every command names its shop. */
export const TARGET_OPTIONS = {
  target: choice(TARGET_KINDS, {
    help: 'the shop of npm start, or a deployed stack',
    fallback: 'local',
  }),
  stack: text({
    placeholder: 'NAME',
    help: 'the stack: Pulumi.NAME.yaml',
    fallback: 'dev',
    allowed: "a stack's name, e.g. dev for Pulumi.dev.yaml",
    parse: (given) => (isStackName(given) ? given : null),
  }),
  dataDir: dataFolderOption('data folder of the local shop, and of what is kept'),
} as const;

/** The option by which an outage that was left open is left alone. */
export const KEEP = flag('leave an outage that a killed run left open (else it is healed first)');

export type TargetChoice = ValuesOf<typeof TARGET_OPTIONS>;
