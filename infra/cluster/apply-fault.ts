import * as pulumi from '@pulumi/pulumi';

/**
 * What an `apply` ends with when the operator has to mend something. Of any other error the SDK rewrites the message, once
 * for each resource that waits for it: `error serializing property "kubeconfig": error serializing property …`.
 */
export function applyFault(message: string): pulumi.RunError {
  return Object.defineProperty(new pulumi.RunError(message), 'message', {
    get: () => message,
    set: () => undefined,
  });
}
