import { it } from 'node:test';

/** Tests that build on each other: after a failure the rest is left out, instead of waiting for what cannot come. */
export function steps(): (name: string, work: () => Promise<void>) => void {
  let failed: string | null = null;
  return (name, work) => {
    void it(name, async (test) => {
      if (failed !== null) {
        test.skip(`"${failed}" failed`);
        return;
      }
      try {
        await work();
      } catch (error) {
        failed = name;
        throw error;
      }
    });
  };
}
