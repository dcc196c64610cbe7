import { isIP } from 'node:net';

/**
 * Addresses in the forms that people paste: as a browser's address bar, a vendor's page or another tool shows them. What
 * can mean one thing only becomes the form that is used; the rest is refused with the form that was meant.
 */

/** A value in its one form, or what is wrong with it, which names the right form. */
export type Pasted = { value: string } | { fault: string };

/** The value alone; null for what is refused. */
export function pastedValue(pasted: Pasted): string | null {
  return 'value' in pasted ? pasted.value : null;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const SIGNAL_PATH = /\/v1\/(traces|metrics|logs)\/*$/i;

/**
 * The base URL of an OTLP end point: `/v1/traces` and final slashes go, for senders add a path of their own; scheme and
 * host become lower case. Without a scheme, with a login or a query it is refused.
 */
export function otlpBaseUrl(pasted: string): Pasted {
  const text = pasted.trim();
  if (!SCHEME.test(text)) {
    // Also of a scheme with a slash or colon too few.
    const rest = text.replace(/^https?(:\/*|\/\/)/i, '');
    const address = rest === '' ? 'localhost:4318' : isIP(rest) === 6 ? `[${rest}]:4318` : rest;
    const host = hostIn(address) ?? '';
    if (host === '') return { fault: 'it is no URL' };
    return { fault: `it has no scheme: ${isOwnNetwork(host) ? 'http' : 'https'}://${address}` };
  }
  if (!URL.canParse(text)) return { fault: 'it is no URL' };
  const { protocol, host, pathname, username, password, search, hash } = new URL(text);
  const value = `${protocol}//${host}${pathname.replace(SIGNAL_PATH, '').replace(/\/+$/, '')}`;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { fault: `it begins with ${protocol}//: https://${host}` };
  }
  if (username !== '' || password !== '') return { fault: `a login goes into a header: ${value}` };
  if (search !== '' || hash !== '') return { fault: `nothing may follow the path: ${value}` };
  return { value };
}

/** Whether a host is this machine, or has a name that only a network of one's own knows. */
function isOwnNetwork(host: string): boolean {
  return (
    isIP(host.replace(/^\[|\]$/g, '')) !== 0 || !host.includes('.') || /\.(local|internal|svc)$/.test(host)
  );
}

/** A path of an image's name, as registries take it. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const REGISTRY_HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/;

/** Splits an image's name from its tag and digest. */
function partsOf(reference: string): { name: string; version: string } {
  const [, name = reference, version = ''] = /^(.*?)(:[^/:@\]]*(?:@[^/]*)?|@[^/]*)$/.exec(reference) ?? [];
  // `localhost:5000` is a host with a port.
  return name.includes('/') || !/^:\d+$/.test(version) ? { name, version } : { name: reference, version: '' };
}

const withoutSchemeAndSlash = (pasted: string): string =>
  pasted
    .trim()
    .replace(/^((https?|oci|docker):)?\/\//i, '')
    .replace(/\/+$/, '');

/**
 * A registry with an optional path: a scheme and final slashes go, capitals become lower case (the names of images have
 * none). A tag or digest is refused, and Docker Hub's web addresses are.
 */
export function registryName(pasted: string): Pasted {
  const [, login = '', written = ''] = /^([^/@]*:[^/@]*@)?(.*)$/s.exec(withoutSchemeAndSlash(pasted)) ?? [];
  const { name, version } = partsOf(written.toLowerCase());
  if (login !== '') return { fault: `a login goes into imagePullSecret: ${name}` };
  if (version !== '') return { fault: `the program sets tag and digest itself: ${name}` };
  const [host = '', ...path] = name.split('/');
  if (host === 'hub.docker.com' || name === 'index.docker.io/v1') {
    return { fault: "Docker Hub's registry is docker.io: docker.io/NAME" };
  }
  if (!REGISTRY_HOST.test(host) || !path.every((part) => COMPONENT.test(part))) {
    return { fault: 'it is no name of a registry' };
  }
  return { value: name };
}

/** An image's reference: a scheme goes, capitals of the name become lower case. */
export function imageReference(pasted: string): Pasted {
  const { name: written, version } = partsOf(withoutSchemeAndSlash(pasted));
  const name = written.toLowerCase();
  const [host = '', ...path] = name.split('/');
  const isName = path.length === 0 ? COMPONENT.test(host) : REGISTRY_HOST.test(host);
  const isVersion = /^(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(version);
  if (!isName || !path.every((part) => COMPONENT.test(part)) || !isVersion) {
    return { fault: 'it is no reference of an image' };
  }
  return { value: `${name}${version}` };
}

/** What a header's value may be made of: anything else breaks the request it goes into, and an error would quote it. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The value of a header; line ends around it go. A fault does not repeat it: it may be a secret. */
export function headerValue(pasted: string): Pasted {
  const value = pasted.trim();
  return HEADER_VALUE.test(value)
    ? { value }
    : { fault: 'a value has a line end or another character no header takes' };
}

/** A key or token that goes into an `Authorization` header: `Bearer` before it and white space around it go. */
export function accessKey(pasted: string): Pasted {
  const value = pasted.trim().replace(/^bearer\s+/i, '');
  return /^[\x21-\x7e]+$/.test(value)
    ? { value }
    : { fault: 'it is empty, or has white space or another character no key has' };
}

/** Hosts below an account's domain that Coralogix's own pages name. */
const CORALOGIX_HOST = /^((.+\.)?app|ingress|api|ng-api-http|ng-api-grpc)\./;

/** An account's Coralogix domain: of an address of it (`https://ingress.eu2.coralogix.com:443/`) the domain alone. */
export function coralogixDomain(pasted: string): Pasted {
  const domain = hostIn(pasted)?.replace(CORALOGIX_HOST, '') ?? '';
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)
    ? { value: domain }
    : { fault: "it is no domain: take it from the account's page, e.g. eu2.coralogix.com" };
}

/**
 * The host of an address that may have scheme, port and path: lower case, an IPv6 address in brackets; null where there is
 * none. A bare IPv6 address is one.
 */
export function hostIn(pasted: string): string | null {
  const text = pasted.trim();
  if (isIP(text) === 6) return hostIn(`[${text}]`);
  const url = `http://${text.replace(SCHEME, '')}`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  const host = hostname.replace(/\.$/, '');
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(host) ? host : null;
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
