import { messageOf } from '../../machine/errors';
import { COMMANDS } from './commands';
import type { Keyspace } from './keyspace';
import { CommandFault, ErrorReply, OK, SimpleString, type Reply } from './reply';

/** One client's view: what a client asks of a connection, and the dispatch of everything else. */
export class Connection {
  /** Set by QUIT: the socket is closed after the reply. */
  closing = false;

  constructor(
    private readonly keys: Keyspace,
    private readonly describe: () => string,
  ) {}

  /** Runs one request, and answers it with one reply. Never throws: a fault becomes an error reply. */
  handle(request: readonly string[]): Reply {
    const [given = '', ...args] = request;
    const name = given.toLowerCase();
    try {
      return this.ofConnection(name, args) ?? this.ofKeys(given, name, args);
    } catch (error) {
      if (error instanceof CommandFault) return new ErrorReply(error.message);
      return new ErrorReply(`ERR ${messageOf(error)}`);
    }
  }

  private ofConnection(name: string, args: readonly string[]): Reply | undefined {
    switch (name) {
      case 'quit':
        this.closing = true;
        return OK;
      case 'ping':
        return args[0] ?? new SimpleString('PONG');
      case 'info':
        return this.describe();
      case 'client':
        // The client introduces itself.
        if (/^set(info|name)$/i.test(args[0] ?? '')) return OK;
        return new ErrorReply(`ERR unknown subcommand '${(args[0] ?? '').slice(0, 32)}'`);
      default:
        return undefined;
    }
  }

  private ofKeys(given: string, name: string, args: readonly string[]): Reply {
    const command = COMMANDS.get(name);
    if (!command) {
      const beginning = args.slice(0, 3).map((arg) => `'${arg.slice(0, 32)}'`);
      return new ErrorReply(
        `ERR unknown command '${given.slice(0, 128)}', with args beginning with: ${beginning.join(' ')}`,
      );
    }
    if (args.length < command.arity[0] || args.length > command.arity[1]) {
      return new ErrorReply(`ERR wrong number of arguments for '${name}' command`);
    }
    return command.run(this.keys, args);
  }
}
