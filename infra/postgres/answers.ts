import * as pulumi from '@pulumi/pulumi';

/** How to log in to PostgreSQL from the operator's machine. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** The server's certificate, which is its own authority. */
  ca: string;
}

interface AnswersInputs {
  login: Login;
  /** How long it is waited for (seconds). */
  timeoutSeconds: number;
  /** Changes when the database is a new one. */
  volume: string;
}

// Serialised with the resource and run in Pulumi's provider process, which has no ts-node: nothing from elsewhere in
// this repository, modules by `require` inside the functions.

/** Logs in again and again until the server lets us; a wrong password is not waited for. */
async function waitForLogin({ login, timeoutSeconds }: AnswersInputs): Promise<void> {
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { Client } = require('pg') as typeof import('pg');
  const { setTimeout: delay } = require('node:timers/promises') as typeof import('node:timers/promises');
  /* eslint-enable @typescript-eslint/no-require-imports */
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const client = new Client({
      host: login.host,
      port: login.port,
      user: login.user,
      password: login.password,
      database: login.database,
      connectionTimeoutMillis: 5000,
      application_name: 'pulumi',
      // The certificate itself is known, so the name in it needs no checking.
      ssl: { ca: login.ca, checkServerIdentity: () => undefined },
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      const reason = error instanceof Error ? error.message : String(error);
      const code = (error as { code?: string }).code;
      const where = `PostgreSQL at ${login.host}:${String(login.port)}`;
      if (code === '28P01' || code === '28000') {
        throw new Error(
          `${where} refuses the login of ${login.user}: ${reason}. Its volume is older than this stack's password: ` +
            'delete the claim (kubectl delete pvc postgresql) or take another namespace, then run pulumi up again.',
          { cause: error },
        );
      }
      if (Date.now() > deadline) {
        throw new Error(
          `${where} does not answer within ${String(timeoutSeconds)} s: ${reason}. From this machine that port must be reachable: ` +
            'check operatorCidrs (target aws) or postgresAccess.host (target kubeconfig), and the pod: ' +
            'kubectl describe pod -l app.kubernetes.io/name=postgresql. Then run pulumi up again.',
          { cause: error },
        );
      }
      await delay(500);
    }
  }
}

const provider: pulumi.dynamic.ResourceProvider<AnswersInputs, AnswersInputs> = {
  async create(inputs) {
    await waitForLogin(inputs);
    return { id: 'postgresql', outs: inputs };
  },
  async diff(_id, olds, news) {
    const changed = JSON.stringify([olds.login, olds.volume]) !== JSON.stringify([news.login, news.volume]);
    return Promise.resolve({ changes: changed });
  },
  async update(_id, _olds, news) {
    await waitForLogin(news);
    return { outs: news };
  },
};

/**
 * "PostgreSQL answers": made when TLS and login work from this machine, retried for two minutes. What connects just
 * once, as `@pulumi/postgresql` does, waits for it.
 */
export class PostgresAnswers extends pulumi.dynamic.Resource {
  declare readonly login: pulumi.Output<Login>;

  constructor(
    name: string,
    args: { login: pulumi.Input<Login>; volume: pulumi.Input<string>; timeoutSeconds?: number },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      provider,
      name,
      { login: pulumi.secret(args.login), volume: args.volume, timeoutSeconds: args.timeoutSeconds ?? 120 },
      opts,
      'postgres',
      'Answers',
    );
  }
}
