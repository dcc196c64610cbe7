import * as pulumi from '@pulumi/pulumi';
import { placeOf, reasonOf, withLogin, type Login } from './login';

export interface AnswersInputs {
  login: Login;
  /** How long it is waited for (seconds). */
  timeoutSeconds: number;
  /** Changes when the database is a new one. */
  volume: string;
}

/** Logs in again and again until the server lets us; a wrong password is not waited for. */
async function waitForLogin({ login, timeoutSeconds }: AnswersInputs): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await withLogin(login, (client) => client.query('select 1'));
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === '28P01' || code === '28000') {
        throw new Error(
          `${placeOf(login)} refuses the login of ${login.user}: ${reasonOf(error)}. Its volume is older than this stack's password: ` +
            'delete the claim (kubectl delete pvc postgresql) or take another namespace, then run pulumi up again.',
          { cause: error },
        );
      }
      if (Date.now() > deadline) {
        throw new Error(
          `${placeOf(login)} does not answer within ${timeoutSeconds} s: ${reasonOf(error)}. From this machine that port must be reachable: ` +
            'check operatorCidrs (target aws) or postgresAccess.host (target kubeconfig), and the pod: ' +
            'kubectl describe pod -l app.kubernetes.io/name=postgresql. Then run pulumi up again.',
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

export const answersProvider: pulumi.dynamic.ResourceProvider<AnswersInputs, AnswersInputs> = {
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
      answersProvider,
      name,
      { login: pulumi.secret(args.login), volume: args.volume, timeoutSeconds: args.timeoutSeconds ?? 120 },
      opts,
      'postgres',
      'Answers',
    );
  }
}
