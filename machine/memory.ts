import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { statFields } from './process-identity';

const run = promisify(execFile);

/** Memory of the shop, by process name. */
export type MemoryUse = Awaited<ReturnType<typeof measureMemory>>;

interface ProcessRow {
  pid: number;
  parent: number;
  residentBytes: number;
}

/**
 * Sums the memory of processes and all their descendants: of the wanted kind where Linux gives it, else resident sizes.
 */
export async function measureMemory(
  processes: readonly { name: string; pid: number }[],
  wanted: keyof typeof COUNTERS = 'proportional',
) {
  const rows = await listProcesses();
  const roots = new Set(processes.map(({ pid }) => pid));
  const families = processes.map(({ name, pid }) => ({ name, pids: familyOf(pid, rows, roots) }));
  const counted = await Promise.all(
    families.map(({ pids }) => Promise.all(pids.map((pid) => counterBytes(pid, COUNTERS[wanted])))),
  );
  // One unreadable process would make the sum mean nothing.
  const known = counted.flat().every((bytes) => bytes !== null);
  const resident = new Map(rows.map(({ pid, residentBytes }) => [pid, residentBytes]));
  const byName = Object.fromEntries(
    families.map(({ name, pids }, index) => [
      name,
      known
        ? sum((counted[index] ?? []).map((bytes) => bytes ?? 0))
        : sum(pids.map((pid) => resident.get(pid) ?? 0)),
    ]),
  );
  return {
    /**
     * `proportional` (shared pages divided among who shares them), `own` (no shared pages), or `resident` (shared pages
     * counted each time).
     */
    kind: known ? wanted : ('resident' as const),
    /** Bytes by name; PostgreSQL's includes its back ends. */
    byName,
    totalBytes: sum(Object.values(byName)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** A process and its descendants, leaving out those that are counted by their own name. */
function familyOf(pid: number, rows: readonly ProcessRow[], roots: ReadonlySet<number>): number[] {
  const family = [pid];
  for (const member of family) {
    for (const row of rows) {
      if (row.parent === member && !roots.has(row.pid)) family.push(row.pid);
    }
  }
  return family;
}

/** Where Linux tells a process' memory. */
const COUNTERS = {
  proportional: { file: 'smaps_rollup', line: /^Pss:\s+(\d+) kB$/m },
  own: { file: 'status', line: /^RssAnon:\s+(\d+) kB$/m },
} as const;

/** A counter of a process (bytes); 0 for one that has just ended, null where the system does not tell. */
async function counterBytes(pid: number, counter: { file: string; line: RegExp }): Promise<number | null> {
  try {
    const text = await readFile(`/proc/${String(pid)}/${counter.file}`, 'utf8');
    const kilobytes = counter.line.exec(text)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return existsSync('/proc/self/stat') && !existsSync(`/proc/${String(pid)}/stat`) ? 0 : null;
  }
}

async function listProcesses(): Promise<ProcessRow[]> {
  try {
    return await fromProc();
  } catch {
    return fromPs();
  }
}

async function fromProc(): Promise<ProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) throw new Error('no /proc');
  return pids.map(Number).flatMap((pid) => {
    try {
      const [state, parent, ...fields] = statFields(pid);
      // What has ended and waits for its parent holds no memory, and has no counters.
      if (state === 'Z') return [];
      return [{ pid, parent: Number(parent), residentBytes: Number(fields[19]) * 4096 }];
    } catch {
      return [];
    }
  });
}

async function fromPs(): Promise<ProcessRow[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=,rss='], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, kilobytes] = line.trim().split(/\s+/).map(Number);
    return pid && parent !== undefined && kilobytes !== undefined
      ? [{ pid, parent, residentBytes: kilobytes * 1024 }]
      : [];
  });
}

/** e.g. `612 MB`. */
export function megabytes(bytes: number): string {
  return `${String(Math.round(bytes / 1024 / 1024))} MB`;
}
