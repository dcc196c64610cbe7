/** How long the scripts wait on the host, seconds. */
export interface HostWaits {
  /** For cloud-init to end: packages and K3s are downloaded in it. */
  cloudInit: number;
  /** For nodes to be Ready after it. */
  ready: number;
  /** Between two looks. */
  interval: number;
}

export const HOST_WAITS: HostWaits = { cloudInit: 900, ready: 300, interval: 3 };

/**
 * How the program runs a script on the host: the shell reads it from its input, so that a failed update shows the end
 * of the host's log, not pages of script.
 */
export const RUN_SCRIPT = 'sh -s';

/**
 * Waits until as many nodes are Ready as there should be, then runs one more command. What went wrong is said on stderr
 * with the ends of the host's own logs, which is what the failed update then shows.
 */
function waitScript(nodes: number, waits: HostWaits, then: string): string {
  return `set -eu

fail() {
  {
    echo "$1"
    echo '--- end of /var/log/cloud-init-output.log on the host'
    sudo tail -n 40 /var/log/cloud-init-output.log || true
    echo '--- end of the journal of k3s on the host'
    sudo journalctl --unit k3s --no-pager --lines 40 || true
  } >&2
  exit 1
}

ready_nodes() {
  sudo k3s kubectl get nodes --no-headers 2>/dev/null | awk '$2 ~ /^Ready/ { ready++ } END { print ready + 0 }'
}

main() {
  # 0: done, 1: failed, 2: done with warnings, 124: still not done.
  status=0
  sudo timeout ${waits.cloudInit} cloud-init status --wait >&2 || status=$?
  case $status in
    0 | 2) ;;
    124) fail 'cloud-init did not end within ${waits.cloudInit} s.' ;;
    *) fail 'cloud-init failed, so K3s is not installed.' ;;
  esac

  deadline=$(($(date +%s) + ${waits.ready}))
  while [ "$(ready_nodes)" -lt ${nodes} ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      sudo k3s kubectl get nodes >&2 || true
      fail "K3s: $(ready_nodes) of ${nodes} nodes were Ready after ${waits.ready} s."
    fi
    sleep ${waits.interval}
  done

  ${then}
}

# The shell reads this script from its input: no command in it may.
main </dev/null
`;
}

/** Waits for the server and prints its kubeconfig, and nothing else, on stdout. For the user `ubuntu`. */
export function kubeconfigScript(waits: HostWaits = HOST_WAITS): string {
  return waitScript(1, waits, 'sudo cat /etc/rancher/k3s/k3s.yaml');
}

/** Waits for all nodes, after a start of parked hosts or with new agents. */
export function readyScript(nodes: number, waits: HostWaits = HOST_WAITS): string {
  return waitScript(nodes, waits, 'sudo k3s kubectl get nodes');
}

const LOCAL_SERVER = /^(\s*server: https:\/\/)127\.0\.0\.1(:\d+\s*)$/m;

/**
 * K3s's kubeconfig as seen from outside: its server is the host's public address.
 *
 * @throws Error when the text is no kubeconfig of K3s; the text itself is a secret and not in the message
 */
export function kubeconfigFor(publicIp: string, kubeconfig: string): string {
  if (!LOCAL_SERVER.test(kubeconfig)) {
    throw new Error(
      `the host ${publicIp} gave no kubeconfig of K3s (no "server: https://127.0.0.1:…" in ${kubeconfig.length} characters): ` +
        `look at /etc/rancher/k3s/k3s.yaml there`,
    );
  }
  return kubeconfig.replace(LOCAL_SERVER, `$1${publicIp}$2`);
}
