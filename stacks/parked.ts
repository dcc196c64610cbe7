import * as pulumi from '@pulumi/pulumi';

/** What lives on the hosts: it can be neither asked nor changed while they are parked. */
const ON_HOSTS = /^(kubernetes:|postgresql:|pulumi-nodejs:dynamic\/(postgres|scenario):)/;

/**
 * Of grants all but the privileges: `pulumi refresh` writes an empty list of them into the state as none at all, which
 * the provider then takes for a missing argument.
 */
const OF_GRANTS = ['database', 'role', 'objectType', 'schema', 'objects', 'columns', 'withGrantOption'];
const GRANT = 'postgresql:index/grant:Grant';

/**
 * Where PostgreSQL is for whoever asks the state for it: nowhere, at once and by a name that says why. A `pulumi refresh`,
 * which runs no program, would else wait for three minutes.
 */
const NOWHERE = 'hosts-are-parked.invalid';

/**
 * Leaves all that lives on parked hosts as the state has it: `pulumi up` asks no cluster and no database, whatever the
 * config says meanwhile. The first update after `hostState: running` makes up for it.
 */
export function leaveHostsAlone(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    if (type === 'pulumi:providers:postgresql')
      return { props: { ...(props as object), host: NOWHERE }, opts };
    return ON_HOSTS.test(type)
      ? { props, opts: { ...opts, ignoreChanges: type === GRANT ? OF_GRANTS : ['*'] } }
      : undefined;
  });
}
