import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type * as automation from '@pulumi/pulumi/automation';
import { messageOf } from '../../machine/errors';
import { duration } from '../../report/format';
import { type Output } from '../../machine/terminal';
import { loadAutomation } from './pulumi-engine';
import { isAlive } from '../../machine/process-identity';
import { engineReason, notToBeRead, openWorkspace } from './stack-target';
import type { TargetOptions } from './target-options';

/** How long an update of somebody else is waited for (ms). */
const LOCKED_AT_MOST_MS = 180_000;
const LOCK_POLL_MS = 2000;

type EngineEvent = automation.EngineEvent;

/** Changes a stack's configuration and updates it, with progress. One update at a time. */
export class StackEngine {
  private cancelling: AbortController | null = null;

  private constructor(
    private readonly workspace: automation.LocalWorkspace,
    private readonly stack: automation.Stack,
    private readonly name: string,
    private readonly output: Output,
  ) {}

  /** @throws Refusal without engine or packages, or when there is no such stack */
  static async open(options: Pick<TargetOptions, 'stack' | 'output'>): Promise<StackEngine> {
    const workspace = await openWorkspace(options);
    const { Stack } = await loadAutomation(options.output);
    // Selecting is how the Automation API opens a stack; which one is selected is the user's own choice.
    const selected = (await workspace.stack().catch(() => undefined))?.name;
    const stack = await Stack.select(options.stack, workspace).catch((error: unknown) => {
      throw notToBeRead('state', options.stack, error);
    });
    if (selected !== undefined && selected !== options.stack) await workspace.selectStack(selected);
    return new StackEngine(workspace, stack, options.stack, options.output);
  }

  /** Sets keys of the project (paths like `traffic.scale` are meant as such), and takes others away. */
  async configure(values: Readonly<Record<string, string>>, removed: readonly string[] = []): Promise<void> {
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
    await this.workspace.setAllConfig(this.name, config, true);
    for (const key of removed) await this.workspace.removeConfig(this.name, key, true);
  }

  /**
   * Updates the stack. An update that somebody else runs is waited for; the lock that a killed engine left is taken away.
   *
   * @param replaced URNs, or patterns of them, of what is made anew whatever the program says
   * @throws with the engine's reasons
   */
  async up(message: string, replaced: readonly string[] = []): Promise<void> {
    const deadline = performance.now() + LOCKED_AT_MOST_MS;
    let told = false;
    for (;;) {
      try {
        await this.upOnce(message, replaced);
        return;
      } catch (error) {
        const lock = lockOf(error);
        if (lock === null || performance.now() > deadline) throw error;
        if (lock.host === hostname() && lock.pid !== null && !isAlive(lock.pid)) {
          this.output.line(
            `  the engine that had locked the stack (process ${lock.pid}) is gone: taking its lock away`,
          );
          await this.stack.cancel();
          continue;
        }
        if (!told) this.output.line(`  ${lock.text || 'another update runs'}: waiting until it has ended`);
        told = true;
        await delay(LOCK_POLL_MS);
      }
    }
  }

  /** An output of the last update, secrets in plain text; null without it. */
  async outputOf(name: string): Promise<unknown> {
    const outputs = await this.workspace.stackOutputs(this.name);
    return (outputs[name]?.value as unknown) ?? null;
  }

  /** Whether an update runs. */
  get busy(): boolean {
    return this.cancelling !== null;
  }

  /** Asks the update under way to stop where it can, as one Ctrl-C does. It still ends by itself, and leaves no lock. */
  cancel(): void {
    this.cancelling?.abort();
  }

  private async upOnce(message: string, replaced: readonly string[]): Promise<void> {
    const started = performance.now();
    const problems: string[] = [];
    let seen = 0;
    let changed = 0;
    this.cancelling = new AbortController();
    try {
      await this.stack.up({
        message,
        color: 'never',
        suppressOutputs: true,
        replace: [...replaced],
        signal: this.cancelling.signal,
        onEvent: (event) => {
          if (event.resOutputsEvent !== undefined) seen += 1;
          const line = progressLine(event);
          if (line !== null) {
            changed += 1;
            this.output.line(`  ${line} (${duration(performance.now() - started)})`);
          }
          const problem = problemOf(event);
          if (problem !== null) problems.push(problem);
        },
      });
    } catch (error) {
      if (lockOf(error) !== null) throw error;
      const reasons = problems.length > 0 ? problems.join('\n') : engineReason(error);
      throw new Error(`pulumi up --stack ${this.name} failed: ${reasons}`, { cause: error });
    } finally {
      this.cancelling = null;
    }
    this.output.line(
      `  stack ${this.name} updated: ${changed} of ${seen} resources changed (${duration(performance.now() - started)})`,
    );
  }
}

const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  replace: 'replaced',
  'create-replacement': 'created anew',
  'delete-replaced': 'old one deleted',
};

/** What an event of the engine means for a person who watches; null for what changes nothing. */
export function progressLine({ resOutputsEvent, resOpFailedEvent }: Partial<EngineEvent>): string | null {
  if (resOpFailedEvent !== undefined) return `${nameOf(resOpFailedEvent.metadata.urn)} failed`;
  const done = resOutputsEvent === undefined ? undefined : DONE[resOutputsEvent.metadata.op];
  return resOutputsEvent === undefined || done === undefined
    ? null
    : `${nameOf(resOutputsEvent.metadata.urn)} ${done}`;
}

/** The engine's error messages, without its formatting. */
export function problemOf({ diagnosticEvent }: Partial<EngineEvent>): string | null {
  if (diagnosticEvent?.severity !== 'error') return null;
  const text = diagnosticEvent.message.replace(/<\{%[^%]*%\}>/g, '').trim();
  return text === '' ? null : text;
}

/** `urn:pulumi:dev::ecommerce-demo::…::name` → `name`. */
function nameOf(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}

/** Who holds the stack's lock, when that is why an update failed; null for any other failure. */
export function lockOf(error: unknown): { pid: number | null; host: string | null; text: string } | null {
  const text = messageOf(error);
  if (!text.includes('currently locked') && !text.includes('[409] Conflict')) return null;
  // "created by root@host (pid 1234) at 2026-…"
  const found = /created by \S+?@(\S+) \(pid (\d+)\)[^\n]*/.exec(text);
  return {
    pid: found?.[2] === undefined ? null : Number(found[2]),
    host: found?.[1] ?? null,
    text: found === null ? '' : `the stack is locked (${found[0]})`,
  };
}
