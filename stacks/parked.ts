import * as pulumi from '@pulumi/pulumi';

/** What lives on the hosts: it can be neither asked nor changed while they are parked. */
const ON_HOSTS = /^(kubernetes:|postgresql:|pulumi-nodejs:dynamic\/(postgres|scenario):)/;

/**
 * Leaves all that lives on parked hosts as the state has it: `pulumi up` asks no cluster and no database, whatever the
 * config says meanwhile. The first update after `hostState: running` makes up for it.
 */
export function leaveHostsAlone(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    ON_HOSTS.test(type) ? { props, opts: { ...opts, ignoreChanges: ['*'] } } : undefined,
  );
}
