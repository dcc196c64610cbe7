const began = performance.now();

/** Says on standard error what the bench does now: standard output is its table's. */
export function progress(what: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}\n`);
}
