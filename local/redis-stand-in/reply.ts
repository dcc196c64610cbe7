/** A reply of the stand-in, before it is written in RESP2. Strings are bulk strings. */
export type Reply = string | number | null | SimpleString | ErrorReply | Reply[];

/** `+OK`. */
export class SimpleString {
  constructor(readonly text: string) {}
}

/** `-ERR …`: the text begins with the code. */
export class ErrorReply {
  constructor(readonly text: string) {}
}

export const OK = new SimpleString('OK');

/** Thrown by a command for input it refuses; becomes an error reply. */
export class CommandFault extends Error {}

/** Encodes a reply in RESP2. */
export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${String(reply)}\r\n`;
  if (typeof reply === 'string') return `$${String(Buffer.byteLength(reply, 'latin1'))}\r\n${reply}\r\n`;
  if (reply instanceof SimpleString) return `+${reply.text}\r\n`;
  if (reply instanceof ErrorReply) return `-${reply.text.replace(/[\r\n]+/g, ' ')}\r\n`;
  return `*${String(reply.length)}\r\n${reply.map(encodeReply).join('')}`;
}
