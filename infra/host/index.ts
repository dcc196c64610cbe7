export { Host } from './host';
export { HOST_DEFAULTS, hostFaults, type HostArgs, type HostState } from './host-args';
export type { HostNodePorts } from './ingress';
export { callerAddress, callerWarning, operatorCidrFaults } from './operator-cidrs';
export { platformOf, type Platform } from './platform';
