import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';

/** A resource that a program registered, as the engine saw it. */
export interface CreatedResource {
  type: string;
  name: string;
  id: string;
  /** Inputs, secrets in plain. */
  inputs: Readonly<Record<string, unknown>>;
  /** Paths of the inputs that are secrets. */
  secrets: readonly string[];
  /** URN and id of its provider; undefined for components. */
  provider: string | undefined;
  options: ResourceOptions;
}

/** How the engine is to treat a resource; others are named by their logical names. */
export interface ResourceOptions {
  parent: string;
  /** What it is made after: what it has to wait for, and what its inputs come from. */
  dependsOn: readonly string[];
  /** What it dies with. */
  deletedWith: string;
  retainOnDelete: boolean;
  deleteBeforeReplace: boolean;
  ignoreChanges: readonly string[];
  /** Another one replaces the resource; JSON, empty where there is none. */
  replacementTrigger: string;
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
  /** What the program told its operator, as `warning: text`. */
  readonly said: readonly string[];
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
  /** Resolves when the resource of a name is there and none has come for a while; fails after 30 s. */
  until: (name: string) => Promise<void>;
}

/** Hears what the program tells its operator: without an engine the SDK writes it to the console. */
function watchMessages(hear: (message: string) => void): void {
  for (const method of ['log', 'warn', 'error'] as const) {
    console[method] = (...parts: unknown[]) => {
      const [, level, text] = /^(\w+): \[runtime\] ([^]*)$/.exec(String(parts[0])) ?? [];
      if (level !== undefined && text !== undefined) hear(`${level}: ${text}`);
      else CONSOLE[method](...parts);
    };
  }
}

const CONSOLE = { log: console.log, warn: console.warn, error: console.error };

/** Resolves when all registrations that were begun have ended; the SDK exports it without declaring it. */
const registrations = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

/**
 * Replaces the engine for the program that follows. A call of a function that has no answer fails, so that a test
 * knows of each.
 *
 * @param options.preview as in `pulumi preview`: ids and what providers would answer are unknown
 */
export function mockEngine(answers: MockedAnswers, { preview = false } = {}): MockedEngine {
  const created: CreatedResource[] = [];
  const said: string[] = [];
  let options = NO_OPTIONS;
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
          options,
        });
        const answered = answers.resources?.[type]?.({ name, inputs: own }) ?? {};
        // A preview reads other stacks, and asks no provider for what it would make.
        if (!preview || type === 'pulumi:pulumi:StackReference')
          return { id, state: { ...own, ...answered } };
        const unknown = Object.keys(answered);
        return {
          id: undefined,
          state: Object.fromEntries(Object.entries(own).filter(([key]) => !unknown.includes(key))),
        };
      },
      call: ({ token, inputs }) => {
        const answer = answers.functions?.[token];
        if (answer === undefined) throw new Error(`the test has no answer for the function ${token}`);
        try {
          return answer(inputs as Record<string, unknown>);
        } catch (error) {
          // Where the SDK looks for what a provider says.
          throw Object.assign(error as Error, { details: (error as Error).message });
        }
      },
    },
    'ecommerce-demo',
    'test',
    preview,
    'organization',
  );
  watchMessages((message) => said.push(message));
  watchRegistrations((request) => {
    options = optionsOf(request);
  });
  const idle = async () => {
    let seen = -1;
    while (seen !== created.length) {
      seen = created.length;
      await registrations.waitForRPCs();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const all = (type: string) => created.filter((resource) => resource.type === type);
  const one = (found: CreatedResource[], what: string) => {
    const [first, ...more] = found;
    if (first === undefined || more.length > 0) throw new Error(`${found.length} resources are ${what}`);
    return first;
  };
  return {
    created,
    said,
    all,
    only: (type) => one(all(type), `of type ${type}`),
    named: (name) =>
      one(
        created.filter((resource) => resource.name === name),
        `named ${name}`,
      ),
    position: (type) => created.findIndex((resource) => resource.type === type),
    idle,
    until: async (name) => {
      const deadline = Date.now() + 30_000;
      while (!created.some((resource) => resource.name === name)) {
        if (Date.now() > deadline) throw new Error(`${name} was not registered within 30 s`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await idle();
    },
  };
}

const NO_OPTIONS: ResourceOptions = {
  parent: '',
  dependsOn: [],
  deletedWith: '',
  retainOnDelete: false,
  deleteBeforeReplace: false,
  ignoreChanges: [],
  replacementTrigger: '',
};

/** What of a registration mocks are not told. */
interface Registration {
  getParent: () => string;
  getDependenciesList: () => string[];
  getDeletedwith: () => string;
  getRetainondelete: () => boolean;
  getDeletebeforereplace: () => boolean;
  getIgnorechangesList: () => string[];
  getReplacementTrigger: () => { toJavaScript: () => unknown } | undefined;
}

/** Shows each registration just before the mocks get it. */
function watchRegistrations(see: (request: Registration) => void): void {
  const { getMonitor } = pulumi.runtime as unknown as {
    getMonitor: () => {
      registerResource: (request: Registration, callback: unknown) => Promise<void>;
      registerErrorHook?: (request: unknown, callback: (error: null) => void) => void;
    };
  };
  const monitor = getMonitor();
  // Missing in Pulumi's mocks; nothing fails here, so nothing calls the hook.
  monitor.registerErrorHook = (_request, callback) => {
    callback(null);
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    see(request);
    // Calls the mock before it waits for anything.
    return register(request, callback);
  };
}

function optionsOf(request: Registration): ResourceOptions {
  const nameOf = (urn: string) => urn.split('::').at(-1) ?? '';
  return {
    parent: nameOf(request.getParent()),
    dependsOn: request.getDependenciesList().map(nameOf),
    deletedWith: nameOf(request.getDeletedwith()),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replacementTrigger: JSON.stringify(request.getReplacementTrigger()?.toJavaScript() ?? '').replace(
      /^""$/,
      '',
    ),
  };
}

/** How a secret is marked on its way to the engine. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

/** Inputs with secrets in plain, however deep they lie, and the paths of those. */
function unwrapped(inputs: Readonly<Record<string, unknown>>) {
  const secrets: string[] = [];
  const plain = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${String(index)}]`));
    if (typeof value !== 'object' || value === null) return value;
    if (SIGNATURE in value && 'value' in value) {
      secrets.push(path);
      return value.value;
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        plain(member, path === '' ? key : `${path}.${key}`),
      ]),
    );
  };
  return { own: plain(inputs, '') as Record<string, unknown>, secrets };
}

/**
 * What the providers of the Kubernetes program would answer. Digests and passwords are distinguished by the resource's
 * name, so that a mix-up shows.
 */
export const SHOP_ANSWERS: MockedAnswers = {
  resources: {
    'pulumi:pulumi:StackReference': () => ({ outputs: {}, secretOutputNames: [] }),
    'docker:index/image:Image': ({ inputs }) => ({
      repoDigest: `${String(inputs.imageName).replace(/:[^:/]+$/, '')}@${testDigest('services')}`,
    }),
    'pulumi-nodejs:dynamic/images:TagPin': ({ inputs }) => ({
      pinned: `${String(inputs.image)}@${testDigest(String(inputs.image))}`,
    }),
    'random:index/randomPassword:RandomPassword': ({ name }) => ({ result: `secret-of-${name}` }),
    'tls:index/privateKey:PrivateKey': ({ name }) => ({ privateKeyPem: `key-of-${name}` }),
    'tls:index/selfSignedCert:SelfSignedCert': ({ name }) => ({ certPem: `certificate-of-${name}` }),
    'kubernetes:core/v1:Service': ({ name }) => ({
      status: { loadBalancer: { ingress: [{ hostname: `${name}.lb.example` }] } },
    }),
    'kubernetes:core/v1:PersistentVolumeClaim': ({ name, inputs }) => ({
      metadata: { ...(inputs.metadata as object), uid: `uid-of-${name}` },
    }),
    'pulumi-nodejs:dynamic/scenario:ScenarioState': () => ({ stampedStart: null, runId: 'run' }),
  },
};

/** A digest that is none, of its own for each text. */
export function testDigest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The value of an output. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
