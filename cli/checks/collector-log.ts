import { loadKubernetes } from '../target/cluster';
import type { CheckContext } from './context';

const LINES = 400;

/** The latest error an exporter logged; null when there is none, or the log can't be read. */
export async function collectorLog(
  { target, output }: Pick<CheckContext, 'target' | 'output'>,
  exporter: string,
): Promise<string | null> {
  if (target.kubeconfig === null || target.namespace === null) return null;
  try {
    const kubernetes = await loadKubernetes(output);
    const config = new kubernetes.KubeConfig();
    config.loadFromString(target.kubeconfig);
    const api = config.makeApiClient(kubernetes.CoreV1Api);
    const pods = (await target.instances()).filter(({ workload }) => workload === 'collector');
    const logs = await Promise.all(
      pods.map(({ name }) =>
        api.readNamespacedPodLog({ name, namespace: target.namespace ?? '', tailLines: LINES }),
      ),
    );
    return latestExportError(logs.join('\n'), exporter);
  } catch {
    return null;
  }
}

/** The `error` of the newest line that tells of a failed export by this exporter. */
export function latestExportError(log: string, exporter: string): string | null {
  const lines = log
    .split('\n')
    .filter((line) => line.includes(`"${exporter}"`) && /export|send|fail/i.test(line));
  for (const line of lines.reverse()) {
    const error = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (error !== undefined) return error.replaceAll('\\"', '"');
  }
  return null;
}
