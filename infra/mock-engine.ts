import * as pulumi from '@pulumi/pulumi';

/** A resource that a program registered, as the engine saw it. */
export interface CreatedResource {
  type: string;
  name: string;
  id: string;
  /** Inputs, secrets in plain. */
  inputs: Readonly<Record<string, unknown>>;
  /** Which inputs are secrets. */
  secrets: readonly string[];
  /** URN and id of its provider; undefined for components. */
  provider: string | undefined;
}

/** What providers would answer, by type token: outputs in addition to the inputs, and results of functions. */
export interface MockedAnswers {
  resources?: Readonly<
    Record<string, (resource: { name: string; inputs: Readonly<Record<string, unknown>> }) => object>
  >;
  functions?: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => object>>;
}

/** The engine of a test: it creates nothing and remembers everything, in the order of creation. */
export interface MockedEngine {
  readonly created: readonly CreatedResource[];
  /** All resources of a type. */
  all: (type: string) => CreatedResource[];
  /** The one resource of a type; throws when there are none or more. */
  only: (type: string) => CreatedResource;
  /** The resource of a name; throws when there is none. */
  named: (name: string) => CreatedResource;
  /** The place of a type's first resource in the order of creation. */
  position: (type: string) => number;
  /** Resolves when no registration has come for a while: outputs settle before the resources that nothing waits for. */
  idle: () => Promise<void>;
}

/**
 * Replaces the engine for the program that follows. A call of a function that has no answer fails, so that a test
 * knows of each.
 */
export function mockEngine(answers: MockedAnswers): MockedEngine {
  const created: CreatedResource[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        const { own, secrets } = unwrapped(inputs as Record<string, unknown>);
        const id = `${name}-id`;
        created.push({
          type,
          name,
          id,
          inputs: own,
          secrets,
          provider: provider === '' ? undefined : provider,
        });
        return { id, state: { ...own, ...answers.resources?.[type]?.({ name, inputs: own }) } };
      },
      call: ({ token, inputs }) => {
        const answer = answers.functions?.[token];
        if (answer === undefined) throw new Error(`the test has no answer for the function ${token}`);
        return answer(inputs as Record<string, unknown>);
      },
    },
    'ecommerce-demo',
    'test',
  );
  const all = (type: string) => created.filter((resource) => resource.type === type);
  const one = (found: CreatedResource[], what: string) => {
    const [first, ...more] = found;
    if (first === undefined || more.length > 0) throw new Error(`${found.length} resources are ${what}`);
    return first;
  };
  return {
    created,
    all,
    only: (type) => one(all(type), `of type ${type}`),
    named: (name) =>
      one(
        created.filter((resource) => resource.name === name),
        `named ${name}`,
      ),
    position: (type) => created.findIndex((resource) => resource.type === type),
    idle: async () => {
      let seen = -1;
      while (seen !== created.length) {
        seen = created.length;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** How a secret is marked on its way to the engine. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

function unwrapped(inputs: Readonly<Record<string, unknown>>) {
  const secrets: string[] = [];
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(inputs)) {
    const marked = typeof value === 'object' && value !== null && SIGNATURE in value && 'value' in value;
    if (marked) secrets.push(key);
    own[key] = marked ? value.value : value;
  }
  return { own, secrets };
}

/** The value of an output. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
