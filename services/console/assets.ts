import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};
/** Smaller than this (bytes) nothing is gained. */
const COMPRESS_FROM = 400;

type Encoding = 'br' | 'gzip' | 'identity';

interface Asset {
  file: string;
  type: string;
  modifiedMs: number;
  etag: string;
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
  /** Named by its version: never changes. */
  immutable: boolean;
}

/** Files that are served as they are, compressed once, and known again by their content. */
export class Assets {
  private readonly assets = new Map<string, Asset>();

  /** Takes every file under a folder, at its path below it; `index.html` answers for the folder. */
  addFolder(folder: string): this {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || TYPES[extname(entry.name)] === undefined) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `/${relative(folder, file).split(sep).join('/')}`;
      this.addFile(path, file, false);
      if (path === '/index.html') this.addFile('/', file, false);
    }
    return this;
  }

  /** Takes one file. @param immutable its path names its version */
  addFile(path: string, file: string, immutable: boolean): this {
    this.assets.set(path, load(file, immutable));
    return this;
  }

  /** Bytes over the wire of each path, as a browser gets them. */
  sizes(encoding: Encoding): Record<string, number> {
    return Object.fromEntries([...this.assets].map(([path, asset]) => [path, body(asset, encoding).length]));
  }

  handler(): RequestHandler {
    return (request, response, next) => {
      const known = request.method === 'GET' || request.method === 'HEAD' ? this.find(request.path) : null;
      if (known === null) {
        next();
        return;
      }
      response.set({
        'content-type': known.type,
        'cache-control': known.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        etag: known.etag,
        vary: 'accept-encoding',
      });
      if (request.headers['if-none-match'] === known.etag) {
        response.status(304).end();
        return;
      }
      const accepted = request.acceptsEncodings('br', 'gzip', 'identity');
      const encoding: Encoding = accepted === 'br' || accepted === 'gzip' ? accepted : 'identity';
      const content = body(known, encoding);
      if (content !== known.bodies.identity) response.set('content-encoding', encoding);
      response.set('content-length', String(content.length));
      response.end(request.method === 'HEAD' ? undefined : content);
    };
  }

  /** A file that was changed since is read again: for who works on the page. */
  private find(path: string): Asset | null {
    const known = this.assets.get(path);
    if (known === undefined) return null;
    if (known.immutable || statSync(known.file).mtimeMs === known.modifiedMs) return known;
    const fresh = load(known.file, false);
    this.assets.set(path, fresh);
    return fresh;
  }
}

function load(file: string, immutable: boolean): Asset {
  const identity = readFileSync(file);
  return {
    file,
    type: TYPES[extname(file)] ?? 'application/octet-stream',
    modifiedMs: statSync(file).mtimeMs,
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    bodies: { identity },
    immutable,
  };
}

function body(asset: Asset, encoding: Encoding): Buffer {
  const { bodies } = asset;
  if (bodies.identity.length < COMPRESS_FROM) return bodies.identity;
  const made = bodies[encoding] ?? compress(bodies.identity, encoding);
  bodies[encoding] = made;
  return made;
}

function compress(content: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'br') {
    return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  }
  return encoding === 'gzip' ? gzipSync(content, { level: 9 }) : content;
}

/** The first of these that holds a file; throws naming them all. */
export function folderWith(name: string, candidates: readonly string[]): string {
  const found = candidates.find((candidate) => existsSync(join(candidate, name)));
  if (found === undefined)
    throw new Error(`the console's page is missing: no ${name} in ${candidates.join(' or ')}`);
  return found;
}
