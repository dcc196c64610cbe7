import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { IncomingBodies } from './incoming-bodies';
import { RefusedBody } from './refused-body';
import { messageOf } from '../../lib/errors';

export const unzip = promisify(gunzip);

/** Largest body accepted, before and after decompression (bytes). */
export const BODY_LIMIT = 4 * 1024 * 1024;

type ContentEncoding = 'gzip' | null;

export interface RawBody {
  /** As it came: what is forwarded. */
  raw: Buffer;
  contentEncoding: ContentEncoding;
}

const tooLarge = (): RefusedBody =>
  new RefusedBody(413, `the body is larger than ${BODY_LIMIT} bytes: send smaller batches`);

/**
 * Reads a body of at most `BODY_LIMIT` bytes.
 * @param deadline when it must be whole
 * @throws RefusedBody 413 too large, 415 unknown encoding, 408 too slow, 503 let go in favour of others, 400 for a
 * sender that went away
 */
export async function readBody(
  request: IncomingMessage,
  bodies: IncomingBodies,
  deadline: AbortSignal,
): Promise<RawBody> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw new RefusedBody(415, `content-encoding ${encoding} is not supported: send gzip or none`);
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw tooLarge();
  return {
    raw: await collect(request, bodies, deadline),
    contentEncoding: encoding === 'gzip' ? 'gzip' : null,
  };
}

/**
 * The body, decompressed to at most `BODY_LIMIT` bytes.
 * @throws RefusedBody 413 too large, 400 broken gzip
 */
export async function contentOf({ raw, contentEncoding }: RawBody): Promise<Buffer> {
  if (contentEncoding === null) return raw;
  try {
    return await unzip(raw, { maxOutputLength: BODY_LIMIT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RefusedBody(400, `not valid gzip: ${messageOf(error)}`);
  }
}

function collect(request: IncomingMessage, bodies: IncomingBodies, deadline: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const leave = (): void => {
      bodies.end(body);
      deadline.removeEventListener('abort', late);
      request.off('data', take);
    };
    const refuse = (reason: RefusedBody): void => {
      leave();
      chunks.length = 0;
      reject(reason);
    };
    const late = (): void => refuse(new RefusedBody(408, 'the body took too long', { hangUp: true }));
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        refuse(tooLarge());
        return;
      }
      chunks.push(chunk);
      bodies.grow(body, chunk.length);
    };
    const body = bodies.begin(request.socket.remoteAddress ?? '', refuse);
    deadline.addEventListener('abort', late);
    request.on('data', take);
    request.on('end', () => {
      leave();
      resolve(Buffer.concat(chunks, size));
    });
    request.on('error', (error) => refuse(new RefusedBody(400, `the body broke off: ${error.message}`)));
    request.on('aborted', () => refuse(new RefusedBody(400, 'the body broke off')));
  });
}
