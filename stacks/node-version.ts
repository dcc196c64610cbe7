import * as pulumi from '@pulumi/pulumi';
import { OLD_NODE, runsProgram } from '../machine/reach/node-version';

/**
 * Fails under a Node that is too old. The engine runs the program, and the providers that are written here, by the one of
 * the PATH, whatever the project has installed; what comes of an old one says nothing of Node.
 *
 * @throws pulumi.RunError with the command that puts the project's own first
 */
export function requireNode(version: string = process.versions.node): void {
  if (runsProgram(version)) return;
  throw new pulumi.RunError(
    `Node ${version} runs this program, and it needs ${OLD_NODE.needs}. ${OLD_NODE.remedy}. Nothing was touched.`,
  );
}
