import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import * as tls from '@pulumi/tls';
import { DATABASE_NAME, PSQL_ROLE } from '../../scenario/sql/roles';
import { KEEPALIVE_SETTINGS } from '../../scenario/sql/settings';
import type { Exposure } from '../cluster/address';
import type { Cluster } from '../cluster/cluster';
import { labelsOf } from '../cluster/cluster';
import { contentName } from '../cluster/content-name';
import { exceptions, OFFICIAL_USER_EXCEPTIONS } from '../cluster/exceptions';
import { CONTAINER_SECURITY, resources, STORE_USER } from '../cluster/pod';
import { Workload } from '../cluster/workload';

/** Name of the Service, and so of the host, inside the cluster. */
export const POSTGRES_NAME = 'postgresql';
export const POSTGRES_PORT = 5432;
const PORT = { name: 'postgresql', port: POSTGRES_PORT };

/** Below the mount, and set: image 18 moved it. */
const MOUNT = '/var/lib/postgresql';
const PGDATA = `${MOUNT}/pgdata`;
/** Certificate and key, and who may log in how. */
const SERVER_FILES = '/etc/postgresql-server';
/**
 * Everybody logs in by password, from inside the pod as well; but who executes commands there runs as the server's own
 * user, and is by that the role of psql users (`kubectl exec statefulset/postgresql -- psql -U ecommerce_user`).
 */
const LOGINS: Readonly<Record<string, string>> = {
  'pg_hba.conf': `local ${DATABASE_NAME} ${PSQL_ROLE} peer map=pod
local all all scram-sha-256
host all all all scram-sha-256
`,
  'pg_ident.conf': `pod postgres ${PSQL_ROLE}
`,
};
const TEN_YEARS_HOURS = 87_600;
/** Where clients in the cluster find the authority of the server's certificate. */
const CLIENT_CA_DIR = '/etc/postgresql-ca';
const CLIENT_CA_FILE = 'ca.crt';

export interface PostgresServerArgs {
  cluster: Cluster;
  /** By digest. */
  image: pulumi.Input<string>;
  imagePullSecret?: string;
  storageClass?: string;
  /** Volume size. */
  storage: string;
  /** Connections it admits. */
  maxConnections: number;
  /** How the operator's machine gets there. */
  access: Exposure;
}

/** A volume with the authority of the server's certificate, and where a container has it. */
export interface ClientCa {
  volume: k8s.types.input.core.v1.Volume;
  mount: k8s.types.input.core.v1.VolumeMount;
}

/** Query of a database URL: TLS, the authority, and the name in the certificate are insisted on. */
export const TLS_QUERY = `sslmode=verify-full&sslrootcert=${CLIENT_CA_DIR}/${CLIENT_CA_FILE}`;

const NO_CPU_LIMIT = "a throttled scan's time would no longer be the emulated storage's";
const EXCEPTIONS = exceptions({
  kubeScore: { ...OFFICIAL_USER_EXCEPTIONS.kubeScore, 'container-resources': NO_CPU_LIMIT },
  checkov: { ...OFFICIAL_USER_EXCEPTIONS.checkov, CKV_K8S_11: NO_CPU_LIMIT },
});

/** PostgreSQL: one StatefulSet with a volume, TLS and SCRAM, and the Service that leads to it. */
export class PostgresServer extends pulumi.ComponentResource {
  readonly superuser = 'postgres';
  readonly password: pulumi.Output<string>;
  /** The server's certificate, which is its own authority. */
  readonly certificate: pulumi.Output<string>;
  /** What pods that use the database mount to know the server by its certificate. */
  readonly clientCa: ClientCa;
  readonly service: k8s.core.v1.Service;
  readonly statefulSet: k8s.apps.v1.StatefulSet;
  /** Changes when the volume, and so everything in the database, is a new one. */
  readonly volumeId: pulumi.Output<string>;

  constructor(name: string, args: PostgresServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('ecommerce-demo:postgres:PostgresServer', name, {}, opts);
    const password = createPassword(name, this);
    this.password = password.result;
    const { certificate, key } = createCertificate(name, this);
    this.certificate = certificate.certPem;
    this.clientCa = clientCaOf(createClientCa(name, args, certificate, this));
    const workload = new Workload(name, POSTGRES_NAME, args.cluster, this);
    const volume = workload.volume(args.storage, args.storageClass);
    this.volumeId = volume.metadata.uid;
    const before = [
      workload.secret({
        password: this.password,
        'tls.crt': certificate.certPem,
        'tls.key': key.privateKeyPem,
        ...LOGINS,
      }),
      volume,
      workload.account(),
      workload.podsService(PORT),
    ];
    this.service = workload.service(PORT, args.access);
    this.statefulSet = workload.store(podTemplate(workload, args), EXCEPTIONS, before);
    workload.budget();
    this.registerOutputs({ volumeId: this.volumeId });
  }
}

function createPassword(name: string, parent: pulumi.Resource): random.RandomPassword {
  return new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent });
}

function createCertificate(name: string, parent: pulumi.Resource) {
  const key = new tls.PrivateKey(`${name}-key`, { algorithm: 'ECDSA', ecdsaCurve: 'P256' }, { parent });
  const certificate = new tls.SelfSignedCert(
    `${name}-certificate`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: POSTGRES_NAME },
      dnsNames: [POSTGRES_NAME, 'localhost'],
      validityPeriodHours: TEN_YEARS_HOURS,
      allowedUses: ['key_encipherment', 'digital_signature', 'server_auth', 'cert_signing'],
      isCaCertificate: true,
    },
    { parent },
  );
  return { key, certificate };
}

/** Named by its content, so that a new certificate makes new pods of its users. */
function createClientCa(
  name: string,
  { cluster }: PostgresServerArgs,
  certificate: tls.SelfSignedCert,
  parent: pulumi.Resource,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-ca`,
    {
      metadata: {
        name: certificate.certPem.apply((pem) => contentName(`${POSTGRES_NAME}-ca`, pem)),
        namespace: cluster.namespace.metadata.name,
        labels: labelsOf(POSTGRES_NAME),
      },
      immutable: true,
      data: { [CLIENT_CA_FILE]: certificate.certPem },
    },
    cluster.inside(parent),
  );
}

function clientCaOf(config: k8s.core.v1.ConfigMap): ClientCa {
  const name = 'postgresql-ca';
  return {
    volume: { name, configMap: { name: config.metadata.name } },
    mount: { name, mountPath: CLIENT_CA_DIR, readOnly: true },
  };
}

/** Command line of the server. */
export function serverArguments(maxConnections: number): string[] {
  const settings: Record<string, string> = {
    max_connections: String(maxConnections),
    password_encryption: 'scram-sha-256',
    ssl: 'on',
    ssl_cert_file: `${SERVER_FILES}/tls.crt`,
    ssl_key_file: `${SERVER_FILES}/tls.key`,
    ssl_min_protocol_version: 'TLSv1.2',
    hba_file: `${SERVER_FILES}/pg_hba.conf`,
    ident_file: `${SERVER_FILES}/pg_ident.conf`,
    ...KEEPALIVE_SETTINGS,
    // The catalog fits: a scan's time is the emulated storage's, not the host disk's.
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    // Seeding and order writes in one long breath, instead of a burst every five minutes.
    checkpoint_completion_target: '0.9',
  };
  return ['postgres', ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
}

function podTemplate(workload: Workload, args: PostgresServerArgs) {
  const { cluster, image, imagePullSecret, maxConnections } = args;
  const isReady = {
    exec: {
      command: ['pg_isready', '--host=127.0.0.1', `--port=${POSTGRES_PORT}`, '--username=postgres'],
    },
    timeoutSeconds: 3,
  };
  return workload.template(
    STORE_USER,
    imagePullSecret,
    {
      image,
      args: serverArguments(maxConnections),
      ports: [{ name: PORT.name, containerPort: PORT.port }],
      env: [
        { name: 'PGDATA', value: PGDATA },
        // What initdb would do without: an image that is run without the files above trusts whoever is inside the pod.
        { name: 'POSTGRES_INITDB_ARGS', value: '--auth=scram-sha-256' },
        {
          name: 'POSTGRES_PASSWORD',
          valueFrom: { secretKeyRef: { name: POSTGRES_NAME, key: 'password' } },
        },
      ],
      securityContext: CONTAINER_SECURITY,
      // No CPU limit: a throttled scan would not be the emulated storage's any more.
      resources: resources({ cpu: '100m', memory: '256Mi' }, { memory: '1536Mi' }),
      startupProbe: { ...isReady, periodSeconds: 1, failureThreshold: 120 },
      readinessProbe: { ...isReady, periodSeconds: 5, failureThreshold: 3 },
      // Answers while every connection is taken: a full server is no dead one.
      livenessProbe: { tcpSocket: { port: 'postgresql' }, periodSeconds: 10, failureThreshold: 6 },
      // SIGTERM would wait for every client to leave.
      lifecycle: {
        preStop: { exec: { command: ['pg_ctl', 'stop', '--pgdata', PGDATA, '--mode', 'fast'] } },
      },
      volumeMounts: [
        { name: 'data', mountPath: MOUNT },
        { name: 'files', mountPath: SERVER_FILES, readOnly: true },
        { name: 'run', mountPath: '/var/run/postgresql' },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    },
    {
      nodeSelector: cluster.storeSelector,
      terminationGracePeriodSeconds: 30,
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: POSTGRES_NAME } },
        {
          name: 'files',
          // Root's, readable by the group: what PostgreSQL demands of a key that isn't its own.
          secret: {
            secretName: POSTGRES_NAME,
            defaultMode: 0o440,
            items: ['tls.crt', 'tls.key', ...Object.keys(LOGINS)].map((file) => ({ key: file, path: file })),
          },
        },
        { name: 'run', emptyDir: { sizeLimit: '16Mi' } },
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ],
    },
  );
}
