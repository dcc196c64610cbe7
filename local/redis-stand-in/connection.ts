import { COMMANDS, type Command } from './commands';
import type { Keyspace } from './keyspace';
import { CommandFault, ErrorReply, OK, SimpleString, type Reply } from './reply';

/** Queued commands of one transaction; more is refused, so that memory stays bounded. */
const MAX_QUEUED = 10_000;

/**
 * One client's view: what is about the connection (PING, CLIENT, SELECT, MULTI …) and the dispatch of everything
 * else. Answers exactly one reply for each request.
 */
export class Connection {
  private queued: { command: Command; args: readonly string[] }[] | null = null;
  private queueBroken = false;
  /** Set by QUIT: the socket is closed after the reply. */
  closing = false;

  constructor(
    private readonly keys: Keyspace,
    private readonly describe: () => string,
  ) {}

  /** Runs one request. Never throws: a fault becomes an error reply. */
  handle(request: readonly string[]): Reply {
    const [given = '', ...args] = request;
    const name = given.toLowerCase();
    try {
      return this.ofConnection(name, args) ?? this.ofKeys(given, name, args);
    } catch (error) {
      if (error instanceof CommandFault) return new ErrorReply(error.message);
      return new ErrorReply(`ERR ${error instanceof Error ? error.message : 'internal fault'}`);
    }
  }

  private ofConnection(name: string, args: readonly string[]): Reply | undefined {
    switch (name) {
      case 'multi':
        if (this.queued) return new ErrorReply('ERR MULTI calls can not be nested');
        this.queued = [];
        this.queueBroken = false;
        return OK;
      case 'exec':
        return this.execute();
      case 'discard':
        if (!this.queued) return new ErrorReply('ERR DISCARD without MULTI');
        this.queued = null;
        return OK;
      case 'quit':
        this.closing = true;
        return OK;
      case 'ping':
        return this.queued ? undefined : (args[0] ?? new SimpleString('PONG'));
      case 'echo':
        return args[0] ?? '';
      case 'select':
        return args[0] === '0' ? OK : new ErrorReply('ERR DB index is out of range');
      case 'auth':
        return new ErrorReply(
          'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
        );
      case 'info':
        return this.describe();
      case 'client':
        return clientReply(args);
      case 'command':
        return [];
      default:
        return undefined;
    }
  }

  private ofKeys(given: string, name: string, args: readonly string[]): Reply {
    const command = name === 'ping' ? PING : COMMANDS.get(name);
    const fault = !command
      ? `ERR unknown command '${given.slice(0, 128)}', with args beginning with: ${args
          .slice(0, 3)
          .map((arg) => `'${arg.slice(0, 32)}'`)
          .join(' ')}`
      : args.length < command.arity[0] || args.length > command.arity[1]
        ? `ERR wrong number of arguments for '${name}' command`
        : null;
    if (!command || fault !== null) {
      if (this.queued) this.queueBroken = true;
      return new ErrorReply(fault ?? 'ERR');
    }
    if (!this.queued) return command.run(this.keys, args);
    if (this.queued.length >= MAX_QUEUED) {
      this.queueBroken = true;
      return new ErrorReply(`ERR a transaction of more than ${String(MAX_QUEUED)} commands`);
    }
    this.queued.push({ command, args });
    return new SimpleString('QUEUED');
  }

  private execute(): Reply {
    const queued = this.queued;
    this.queued = null;
    if (!queued) return new ErrorReply('ERR EXEC without MULTI');
    if (this.queueBroken) {
      return new ErrorReply('EXECABORT Transaction discarded because of previous errors.');
    }
    return queued.map(({ command, args }) => {
      try {
        return command.run(this.keys, args);
      } catch (error) {
        return new ErrorReply(error instanceof Error ? error.message : 'ERR');
      }
    });
  }
}

const PING: Command = { arity: [0, 1], run: (_, args) => args[0] ?? new SimpleString('PONG') };

function clientReply([verb = '']: readonly string[]): Reply {
  switch (verb.toLowerCase()) {
    case 'setinfo':
    case 'setname':
    case 'no-evict':
    case 'no-touch':
      return OK;
    case 'id':
      return 1;
    case 'getname':
      return null;
    default:
      return new ErrorReply(`ERR unknown subcommand '${verb.slice(0, 32)}'`);
  }
}
