import type { MockedAnswers } from './engine';

/** What K3s writes, as the host gives it over SSH. */
export const K3S_KUBECONFIG = 'clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n';

/** The Elastic IP. */
export const ELASTIC_IP = '203.0.113.10';

/** The account that answers. */
export const AWS_ACCOUNT = '123456789012';

const ECR = `${AWS_ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com`;

/** What a script on the host prints. */
const onHost = ({ name }: { name: string }) => ({
  stdout: name.endsWith('kubeconfig') ? K3S_KUBECONFIG : 'nodes',
});

/** What AWS and its hosts would answer: fields as the provider names them. */
export const AWS_ANSWERS = {
  resources: {
    'aws:ec2/eip:Eip': () => ({ publicIp: ELASTIC_IP, allocationId: 'eipalloc-1' }),
    'aws:ec2/networkInterface:NetworkInterface': () => ({ privateIp: '10.60.0.10' }),
    'aws:ec2/instance:Instance': ({ name }) => ({
      privateIp: name.includes('agent') ? `10.60.0.2${name.slice(-1)}` : '10.60.0.10',
      availabilityZone: 'eu-central-1a',
    }),
    'aws:iam/role:Role': ({ name }) => ({ name }),
    'aws:iam/instanceProfile:InstanceProfile': ({ name }) => ({ name }),
    'aws:ec2/keyPair:KeyPair': ({ name }) => ({ keyName: name }),
    'aws:ecr/repository:Repository': ({ name }) => ({
      name,
      repositoryUrl: `${ECR}/${name}`,
      registryId: AWS_ACCOUNT,
    }),
    'tls:index/privateKey:PrivateKey': ({ name }) => ({
      privateKeyOpenssh: `private ${name}\n`,
      publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
      privateKeyPem: `key-of-${name}`,
    }),
    'command:remote:Command': onHost,
    'command:local:Command': onHost,
  },
  functions: {
    'aws:index/getCallerIdentity:getCallerIdentity': () => ({
      accountId: AWS_ACCOUNT,
      arn: `arn:aws:iam::${AWS_ACCOUNT}:user/me`,
    }),
    'aws:index/getPartition:getPartition': () => ({ partition: 'aws' }),
    'aws:ssm/getParameter:getParameter': ({ name }) => ({ insecureValue: `ami-of-${String(name)}` }),
    'aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings': () => ({
      locations: ['eu-central-1b', 'eu-central-1a'],
    }),
    'aws:ec2/getSubnet:getSubnet': () => ({ vpcId: 'vpc-0a1', availabilityZone: 'eu-central-1a' }),
    'aws:ecr/getAuthorizationToken:getAuthorizationToken': ({ registryId }) => ({
      proxyEndpoint: `https://${String(registryId)}.dkr.ecr.eu-central-1.amazonaws.com`,
      userName: 'AWS',
      password: 'token',
    }),
  },
} satisfies MockedAnswers;
