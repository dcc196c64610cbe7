import { record, type Properties } from './properties';

const MACHINES = ['aws:ec2/instance:Instance', 'aws:ec2/launchTemplate:LaunchTemplate'];

/** Machines whose metadata service, which hands out the role's credentials, answers without a session (IMDSv1). */
export function openInstanceMetadata(type: string, properties: Properties): string[] {
  if (!MACHINES.includes(type)) return [];
  const options = record(properties.metadataOptions);
  if (options.httpEndpoint === 'disabled' || options.httpTokens === 'required') return [];
  return ['answers to IMDSv1: set metadataOptions.httpTokens to "required"'];
}
