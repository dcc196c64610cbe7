export { Registry, type RegistryArgs, type RegistryCredentials } from './registry';
