const closers: (() => Promise<void>)[] = [];

/** Notes what ends with the process: so that who ends it need not load what this service never opened. */
export function closeAtEnd(close: () => Promise<void>): void {
  closers.push(close);
}

/** Closes all of it. Never rejects. */
export async function closeEverything(): Promise<void> {
  await Promise.allSettled(closers.map((close) => close()));
}
