import type * as pulumi from '@pulumi/pulumi';
import { hint } from '../cluster/hint';

/** What a role or database is imported by. */
export interface Importable {
  /** Type token, e.g. `postgresql:index/role:Role`. */
  type: string;
  /** The resource's name in the program. */
  name: string;
  urn: string;
  /** Its name in PostgreSQL. */
  id: string;
}

/**
 * The command that takes a role or database over which is there, but not in the stack's state. Parent and provider
 * are what the program gives it: an import without them would be another resource.
 */
export function importCommand({ type, name, urn, id }: Importable, component: string): string {
  // `urn:pulumi:STACK::PROJECT` and the qualified type.
  const [stack = '', project = '', qualifiedType = ''] = urn.split('::');
  const head = `${stack}::${project}`;
  const parentType = qualifiedType.split('$').slice(0, -1).join('$');
  const parent = `${head}::${parentType}::${component}`;
  const providerUrn = `${head}::${parentType}$pulumi:providers:postgresql::${component}-provider`;
  return (
    `pulumi import ${type} ${name} ${id} --parent 'parent=${parent}' --provider 'provider=${providerUrn}' ` +
    '--protect=false --generate-code=false --yes'
  );
}

/**
 * Tells the import command where PostgreSQL has already what is to be made: an update that was killed between the
 * statement and the state leaves that.
 */
export function importHint(component: string): pulumi.ErrorHook {
  return hint(`${component}-import`, ({ type, name: resource, urn, newInputs, errors }) => {
    if (!(errors[0] ?? '').includes('already exists')) return null;
    const id = String((newInputs as { name?: unknown } | undefined)?.name);
    return (
      `${resource}: ${id} is in PostgreSQL already, but this stack does not know it: an update was killed just when ` +
      `it was made. Take it over, then run pulumi up again:\n` +
      importCommand({ type, name: resource, urn, id }, component)
    );
  });
}
