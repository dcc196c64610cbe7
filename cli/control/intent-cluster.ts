import type { ClusterAccess } from '../target/cluster';
import { isSameIntent, parseSharedIntent, sharedText, type Intent, type IntentStore } from './intent';
import type { Output } from '../../machine/terminal';

/** Name of the ConfigMap in the shop's namespace. */
const CONFIG_MAP = 'demo-run';
const KEY = 'intent';

/**
 * A stack's intent: a ConfigMap in its namespace, so that whoever else talks to the stack sees it, and the file of
 * this machine, which survives a lost network and alone has the stack file's old text.
 */
export class ClusterIntent implements IntentStore {
  private told = false;

  constructor(
    private readonly cluster: Pick<
      ClusterAccess,
      'readConfig' | 'createConfig' | 'writeConfig' | 'deleteConfig'
    >,
    private readonly file: IntentStore,
    private readonly output: Output,
  ) {}

  /**
   * What the cluster says is newer than another run's file of this machine: who wrote it there found nothing open, so the
   * file's run was healed from elsewhere. Of its own run only the file knows everything, and it alone where the cluster
   * does not answer.
   */
  async read(): Promise<Intent | null> {
    const mine = await this.file.read();
    const shared = await (mine === null ? this.readShared() : this.readShared().catch(() => null));
    return shared === null || isSameIntent(mine, shared) ? mine : shared;
  }

  async claim(intent: Intent): Promise<Intent | null> {
    const mine = await this.file.claim(intent);
    if (mine !== null) return mine;
    try {
      if (await this.cluster.createConfig(CONFIG_MAP, KEY, sharedText(intent))) return null;
      const found = await this.readShared();
      if (found === null) {
        await this.cluster.writeConfig(CONFIG_MAP, KEY, sharedText(intent));
        return null;
      }
      await this.file.clear();
      return found;
    } catch (error) {
      await this.file.clear();
      throw error;
    }
  }

  async update(intent: Intent): Promise<void> {
    await this.file.update(intent);
    await this.cluster.writeConfig(CONFIG_MAP, KEY, sharedText(intent));
  }

  async clear(): Promise<void> {
    await this.cluster.deleteConfig(CONFIG_MAP);
    await this.file.clear();
  }

  /** What the cluster says. Anything but an intent is reported and ignored: it must neither lead nor hinder a run. */
  private async readShared(): Promise<Intent | null> {
    const text = await this.cluster.readConfig(CONFIG_MAP, KEY);
    const found = parseSharedIntent(text);
    if (found === null && text !== null && !this.told) {
      this.told = true;
      this.output.line(
        `The ConfigMap ${CONFIG_MAP} of the shop's namespace does not hold a run as this version writes it: it is ignored, ` +
          'and the next run replaces it. Whoever wrote it may write to that namespace.',
      );
    }
    return found;
  }
}
