/**
 * Runs the script on its input on an EC2 host, by Systems Manager's Run Command and the AWS CLI: its output comes out
 * here, and its failure fails. A host that boots is not known to Systems Manager at first, so it is asked again.
 *
 * Environment: HOST_INSTANCE (id); HOST_TUNNEL and HOST_STACK: then a port of this machine is waited for as well, which
 * `npm run tunnel` forwards. Region and login are the AWS CLI's own. HOST_WAIT_MS: how long is waited for each.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const { HOST_INSTANCE = '', HOST_TUNNEL, HOST_STACK, HOST_WAIT_MS = '600000' } = process.env;
const POLL_MS = Math.min(2000, Number(HOST_WAIT_MS));
const RUNNING = ['Pending', 'InProgress', 'Delayed'];
/** What AWS says of an instance whose agent has not reported yet, and of a command it does not know yet. */
const NOT_YET = /InvalidInstanceId|InvocationDoesNotExist/;

class Failure extends Error {}

/** Calls the AWS CLI. Null while AWS does not know what is meant. */
function aws(args) {
  const { status, stdout, stderr, error } = spawnSync('aws', ['ssm', ...args, '--output', 'json'], {
    encoding: 'utf8',
  });
  if (error?.code === 'ENOENT')
    throw new Failure('hostAccess ssm needs the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/');
  if (error) throw error;
  if (status === 0) return JSON.parse(stdout);
  if (NOT_YET.test(stderr)) return null;
  throw new Failure(`aws ssm ${args[0]}: ${stderr.trim()}`);
}

/** Waits for an answer that is not null. */
async function until(ask, otherwise) {
  const deadline = Date.now() + Number(HOST_WAIT_MS);
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Failure(otherwise);
    await delay(POLL_MS);
  }
}

async function runOnHost(script) {
  // The script's own waits end it, or this does.
  const parameters = JSON.stringify({ commands: [script], executionTimeout: ['1800'] });
  const document = ['--document-name', 'AWS-RunShellScript', '--parameters', parameters];
  const { Command } = await until(
    () => aws(['send-command', '--instance-ids', HOST_INSTANCE, ...document]),
    `Systems Manager does not know ${HOST_INSTANCE}: its role needs AmazonSSMManagedInstanceCore, and the host a way to ` +
      'the Internet',
  );
  for (;;) {
    const which = ['--command-id', Command.CommandId, '--instance-id', HOST_INSTANCE];
    const done = await until(() => aws(['get-command-invocation', ...which]), 'the command was lost');
    if (!RUNNING.includes(done.Status)) return done;
    await delay(POLL_MS);
  }
}

/** Whether somebody listens on that port of this machine; null while not. */
function listening(port) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(null));
  });
}

try {
  const done = await runOnHost(readFileSync(0, 'utf8'));
  process.stderr.write(done.StandardErrorContent);
  if (done.Status !== 'Success') throw new Failure(`the script on ${HOST_INSTANCE} ended: ${done.Status}`);
  if (HOST_TUNNEL !== undefined) {
    const command = `npm run tunnel -- --stack ${HOST_STACK}`;
    if ((await listening(HOST_TUNNEL)) === null)
      process.stderr.write(`waiting for port ${HOST_TUNNEL} here: in another terminal, ${command}\n`);
    await until(() => listening(HOST_TUNNEL), `nothing forwards port ${HOST_TUNNEL}: ${command}, then go on`);
  }
  process.stdout.write(done.StandardOutputContent);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
