import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { messageOf } from '../../machine/errors';
import { applyFault } from '../cluster/apply-fault';

/** Images kept in a repository, the newest: whatever their age, a rollback may want the one before. */
export const IMAGES_KEPT = 20;

const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: 'all but the newest',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: IMAGES_KEPT },
      action: { type: 'expire' },
    },
  ],
};

export interface RegistryArgs {
  /** Begins the repository's name, see `namePrefix`. */
  prefix: string;
  /** Tags of every resource. */
  tags: Readonly<Record<string, string>>;
}

/** How the names of a stack's repository begin; Pulumi makes the rest. */
export const repositoryPrefix = (prefix: string): string => `${prefix}-images`;

/** Login to a container registry. */
export interface RegistryCredentials {
  /** Registry host, as the image names begin. */
  server: string;
  username: string;
  password: string;
}

/** An ECR repository for the services' image, made with its caller's AWS provider, and the login with which the program pushes to it. */
export class Registry extends pulumi.ComponentResource {
  /** Image name without a tag: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly repositoryUrl: pulumi.Output<string>;
  /** A login that is valid for 12 hours (secret); the hosts don't use it, they have their own. */
  readonly credentials: pulumi.Output<RegistryCredentials>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:registry:Registry', name, {}, opts);

    const children = { parent: this };
    const repository = createRepository(name, args, children);
    this.repositoryUrl = repository.repositoryUrl;
    this.credentials = login(repository, children);
    this.registerOutputs({ repositoryUrl: this.repositoryUrl, credentials: this.credentials });
  }
}

function createRepository(
  name: string,
  args: RegistryArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    repositoryPrefix(args.prefix),
    {
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: 'AES256' }],
      // Pods name digests, which nobody can move; the tag is only for people, so it may follow the newest image.
      imageTagMutability: 'MUTABLE',
      // Its images are made from this program's sources: `pulumi destroy` needs no emptying by hand.
      forceDelete: true,
      tags: { ...args.tags },
    },
    opts,
  );
  new aws.ecr.LifecyclePolicy(
    `${name}-lifecycle`,
    { repository: repository.name, policy: JSON.stringify(LIFECYCLE) },
    opts,
  );
  return repository;
}

function login(
  repository: aws.ecr.Repository,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<RegistryCredentials> {
  return pulumi.secret(
    repository.registryId.apply(async (registryId) => {
      const token = await aws.ecr.getAuthorizationToken({ registryId }, opts).catch((error: unknown) => {
        throw applyFault(
          `ECR gives no login: ${messageOf(error)}. ` +
            "The login of AWS needs ecr:GetAuthorizationToken (docs/deploy.md has its policy); with pulumi config set --path images.services 'IMAGE@sha256:…' nothing is pushed.",
        );
      });
      return {
        server: token.proxyEndpoint.replace(/^https:\/\//, ''),
        username: token.userName,
        password: token.password,
      };
    }),
  );
}
