import { applyFault } from '../cluster/apply-fault';

/** How long the scripts wait on the host, seconds. */
export interface HostWaits {
  /** For cloud-init to end: packages and K3s are downloaded in it. */
  cloudInit: number;
  /** For nodes to be Ready after it. */
  ready: number;
  /** Between two looks. */
  interval: number;
}

/**
 * A kubeconfig's login is fetched anew in its last days. K3s makes certificates for a year, and renews them where it
 * starts in their last 120 days.
 */
export const LOGIN_RENEWAL_DAYS = 60;

export const HOST_WAITS: HostWaits = { cloudInit: 900, ready: 300, interval: 3 };

/**
 * How the program runs a script on the host: the shell reads it from its input, so that a failed update shows the end
 * of the host's log, not pages of script.
 */
export const RUN_SCRIPT = 'sh -s';

/**
 * Runs a command on the installed host, waits until as many nodes are Ready as there should be, and runs one more. What went wrong is said on stderr
 * with the ends of the host's own logs, which is what the failed update then shows.
 */
function waitScript(nodes: number, waits: HostWaits, then: string, first = ':'): string {
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

  ${first}

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

/**
 * Waits for the server and prints its kubeconfig, and nothing else, on stdout; one that would end soon is renewed.
 * For the user `ubuntu`.
 */
export function kubeconfigScript(waits: HostWaits = HOST_WAITS): string {
  return waitScript(
    1,
    waits,
    'sudo cat /etc/rancher/k3s/k3s.yaml',
    `sudo openssl x509 -noout -checkend ${LOGIN_RENEWAL_DAYS * 86_400} -in /var/lib/rancher/k3s/server/tls/client-admin.crt >&2 ||
    sudo systemctl restart k3s >&2 || fail 'K3s could not be restarted.'`,
  );
}

/**
 * Waits for the nodes of these addresses, after a start or a change of hosts. Agents of other addresses, whose hosts are
 * about to go, are drained and deleted; a root file system grows to its volume.
 *
 * @param addresses the nodes' addresses in the VPC
 */
export function readyScript(addresses: readonly string[], waits: HostWaits = HOST_WAITS): string {
  return waitScript(
    addresses.length,
    waits,
    `wanted='${addresses.join(' ')}'
  sudo k3s kubectl get nodes --selector '!node-role.kubernetes.io/control-plane' --output 'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}' |
    while read -r node address; do
      case " $wanted " in *" $address "*) continue ;; esac
      [ -n "$address" ] || continue
      echo "draining $node, whose host goes" >&2
      # Its pods may be gone already, with a host that was lost.
      sudo k3s kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout=120s >&2 </dev/null || true
      sudo k3s kubectl delete node "$node" >&2 </dev/null
    done

  # Ubuntu grows it at each boot; a volume that grew meanwhile is grown here. growpart exits with 1 where nothing is to
  # do; the file system may be behind all the same, of an update that failed between the two.
  root=$(findmnt --noheadings --output SOURCE /)
  disk=$(lsblk --noheadings --nodeps --output PKNAME "$root" 2>/dev/null) || disk=
  if [ -n "$disk" ]; then
    sudo growpart "/dev/$disk" "\${root##*[!0-9]}" >&2 || [ $? -eq 1 ]
    sudo resize2fs "$root" >&2
  fi

  sudo k3s kubectl get nodes`,
  );
}

const LOCAL_SERVER = /^(\s*server: https:\/\/)127\.0\.0\.1(:\d+\s*)$/m;

/**
 * K3s's kubeconfig as seen from outside: its server is the host's public address.
 *
 * @throws pulumi.RunError when the text is no kubeconfig of K3s; the text itself is a secret and not in the message
 */
export function kubeconfigFor(publicIp: string, kubeconfig: string): string {
  if (!LOCAL_SERVER.test(kubeconfig)) {
    throw applyFault(
      `the host ${publicIp} gave no kubeconfig of K3s (no "server: https://127.0.0.1:…" in ${kubeconfig.length} characters): ` +
        `look at /etc/rancher/k3s/k3s.yaml there`,
    );
  }
  return kubeconfig.replace(LOCAL_SERVER, `$1${publicIp}$2`);
}
