import path from 'node:path';
import { stackConfigPath, type StackConfigSource } from '../../scenario/config/config-file';
import { blockOf } from '../../scenario/config/cidr';
import { allowCommand, isOperator } from '../../scenario/config/operators';
import { callerAddress } from '../../machine/reach/caller-address';
import { failed, ok, skipped, type Finding } from '../checks/check';
import { writeKeys } from '../target/stack-file';
import type { StackFacts } from './facts';

/** Whether the host would let this machine in. */
export async function checkOperators(
  { deployment }: Pick<StackFacts, 'deployment'>,
  service?: string,
): Promise<Finding> {
  const { operatorCidrs = [], callerCheck = true, hostAccess } = deployment;
  if (hostAccess === 'ssm') return ok('hostAccess is ssm: no port is open to any address');
  const address = await callerAddress(service);
  if (address === null)
    return operatorCidrs.length > 0
      ? skipped("this machine's public address cannot be learnt; operatorCidrs is set")
      : failed('operatorCidrs is unset, and this machine’s public address cannot be learnt');
  if (operatorCidrs.length > 0 && isOperator(operatorCidrs, address) !== false)
    return ok(`${address} is among operatorCidrs`);
  if (operatorCidrs.length > 0 && !callerCheck) return ok('not looked at: callerCheck is false');
  return failed(
    `this machine is ${address}, and operatorCidrs ${operatorCidrs.length === 0 ? 'is unset' : `has ${operatorCidrs.join(', ')}`}`,
    `${allowCommand(operatorCidrs, address)}, or npm run doctor with --fix`,
  );
}

/**
 * Lets this machine's public address in, in the stack's file; comments stay.
 *
 * @returns what was written, for a person; null where nothing had to be, or the address cannot be learnt
 * @throws Error where the file cannot be written
 */
export async function allowThisMachine(
  config: StackConfigSource,
  { deployment }: Pick<StackFacts, 'deployment'>,
  service?: string,
): Promise<string | null> {
  const { operatorCidrs = [], hostAccess } = deployment;
  if (hostAccess === 'ssm') return null;
  const address = await callerAddress(service);
  if (address === null || (operatorCidrs.length > 0 && isOperator(operatorCidrs, address) !== false))
    return null;
  writeKeys(config, { operatorCidrs: [...operatorCidrs, blockOf(address)] });
  return `${path.basename(stackConfigPath(config))}: operatorCidrs has ${blockOf(address)} now`;
}
