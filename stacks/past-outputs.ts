import * as pulumi from '@pulumi/pulumi';

/** What the last whole update of this stack left. State says it to the engine alone, so a program reads its own outputs. */
export interface PastOutputs {
  /** A plain output; undefined before the first update. */
  value: (name: string) => Promise<unknown>;
  /** A secret one. */
  secret: (name: string) => Promise<unknown>;
}

/** The stack's own outputs; asked for once in a program. */
export function pastOutputs(): PastOutputs {
  const own = new pulumi.StackReference(
    `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
  );
  return {
    value: async (name) => ((await own.getOutputDetails(name)) as { value?: unknown }).value,
    secret: async (name) => ((await own.getOutputDetails(name)) as { secretValue?: unknown }).secretValue,
  };
}
