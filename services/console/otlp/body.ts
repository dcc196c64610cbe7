import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unzip = promisify(gunzip);

/** Largest body accepted, before and after decompression (bytes). */
export const BODY_LIMIT = 4 * 1024 * 1024;

/** A request whose body is refused, with the HTTP status that says why. */
export class RefusedBody extends Error {
  constructor(
    readonly status: 400 | 413 | 415 | 503,
    message: string,
  ) {
    super(message);
  }
}

export interface Body {
  /** As it came: what is forwarded. */
  raw: Buffer;
  contentEncoding: 'gzip' | null;
  /** Decompressed. */
  content: Buffer;
}

/**
 * Reads a body of at most `limit` bytes and unzips it to at most `limit` bytes.
 * @throws RefusedBody 413 too large, 415 unknown encoding, 400 broken gzip or a sender that went away
 */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Body> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw new RefusedBody(415, `content-encoding ${encoding} is not supported: send gzip or none`);
  }
  const tooLarge = (): RefusedBody =>
    new RefusedBody(413, `the body is larger than ${String(limit)} bytes: send smaller batches`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const raw = await collect(request, limit, tooLarge);
  if (encoding === 'identity') return { raw, contentEncoding: null, content: raw };
  try {
    return { raw, contentEncoding: 'gzip', content: await unzip(raw, { maxOutputLength: limit }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RefusedBody(400, `not valid gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function collect(request: IncomingMessage, limit: number, tooLarge: () => RefusedBody): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        chunks.length = 0;
        // The rest is read and thrown away, so that the sender gets to read the answer.
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge());
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(Buffer.concat(chunks, size));
    });
    request.on('error', (error) => {
      reject(new RefusedBody(400, `the body broke off: ${error.message}`));
    });
    request.on('aborted', () => {
      reject(new RefusedBody(400, 'the body broke off'));
    });
  });
}
