import { record, records, type Properties } from './properties';

/** Volumes that are not encrypted. An unset `encrypted` is the account's default, which nobody here can see: refused. */
export function plainVolumes(type: string, properties: Properties): string[] {
  return volumes(type, properties)
    .filter(({ encrypted }) => encrypted !== true && encrypted !== 'true')
    .map(({ name }) => `${name} is not encrypted: set encrypted to true`);
}

function volumes(type: string, properties: Properties): { name: string; encrypted: unknown }[] {
  switch (type) {
    case 'aws:ec2/instance:Instance':
      return [
        { name: 'the root volume', encrypted: record(properties.rootBlockDevice).encrypted },
        ...records(properties.ebsBlockDevices).map((device) => ({
          name: `the volume ${String(device.deviceName)}`,
          encrypted: device.encrypted,
        })),
      ];
    case 'aws:ec2/launchTemplate:LaunchTemplate':
      return records(properties.blockDeviceMappings).map((device) => ({
        name: `the volume ${String(device.deviceName)}`,
        encrypted: record(device.ebs).encrypted,
      }));
    case 'aws:ebs/volume:Volume':
      return [{ name: 'the volume', encrypted: properties.encrypted }];
    default:
      return [];
  }
}
