import type { ClusterAccess } from '../target/cluster';
import { parseIntent, type Intent, type IntentStore } from './intent';

/** Name of the ConfigMap in the shop's namespace. */
const CONFIG_MAP = 'demo-run';
const KEY = 'intent';

/**
 * A stack's intent: a ConfigMap in its namespace, so that whoever else talks to the stack sees it, and the file of
 * this machine, which survives a lost network and has the stack file's old text.
 */
export class ClusterIntent implements IntentStore {
  constructor(
    private readonly cluster: ClusterAccess,
    private readonly file: IntentStore,
  ) {}

  async read(): Promise<Intent | null> {
    return (await this.file.read()) ?? parseIntent(await this.cluster.readConfig(CONFIG_MAP, KEY));
  }

  async claim(intent: Intent): Promise<Intent | null> {
    const mine = await this.file.claim(intent);
    if (mine !== null) return mine;
    try {
      if (await this.cluster.createConfig(CONFIG_MAP, KEY, shared(intent))) return null;
      const found = parseIntent(await this.cluster.readConfig(CONFIG_MAP, KEY));
      if (found === null) {
        await this.cluster.writeConfig(CONFIG_MAP, KEY, shared(intent));
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
    await this.cluster.writeConfig(CONFIG_MAP, KEY, shared(intent));
  }

  async clear(): Promise<void> {
    await this.cluster.deleteConfig(CONFIG_MAP);
    await this.file.clear();
  }
}

/** Another machine has a stack file of its own. */
function shared(intent: Intent): string {
  return JSON.stringify({ ...intent, configBefore: null });
}
