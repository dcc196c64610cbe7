declare module 'redis-parser' {
  /** What the parser hands out for a request: bulk strings as buffers, arrays of them, integers. */
  type Reply = Buffer | number | null | Error | Reply[];

  class RedisParser {
    constructor(options: {
      returnReply: (reply: RedisParser.Reply) => void;
      returnError: (error: Error) => void;
      returnFatalError?: (error: Error) => void;
      returnBuffers?: boolean;
      stringNumbers?: boolean;
    });
    execute(data: Buffer): void;
  }
  namespace RedisParser {
    export { Reply };
  }
  export = RedisParser;
}
