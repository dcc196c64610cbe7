const EVERY_MS = 50;

/** Customers who look at a shop, twenty a second, besides those of its load generator. */
export class Browsers {
  served = 0;
  /** Each with its time, status and what was answered. */
  readonly failures: string[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  /** @param browse one customer's look */
  constructor(private readonly browse: () => Promise<{ status: number; body: unknown }>) {}

  start(): void {
    this.timer = setInterval(() => {
      const visit = this.visit();
      this.underWay.add(visit);
      void visit.finally(() => this.underWay.delete(visit));
    }, EVERY_MS);
  }

  /** No more come; resolves when the last one has been answered. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
  }

  private async visit(): Promise<void> {
    const { status, body } = await this.browse().catch((error: unknown) => ({
      status: 0,
      body: String(error),
    }));
    if (status === 200) this.served += 1;
    else this.failures.push(`${new Date().toISOString()} ${String(status)} ${JSON.stringify(body)}`);
  }
}
