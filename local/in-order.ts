/**
 * Does all of it, one after the other, whatever fails on the way: ending goes on where record-keeping cannot.
 *
 * @param onFault told each failure
 */
export async function inOrder(
  steps: readonly (() => void | Promise<void>)[],
  onFault: (error: unknown) => void,
): Promise<void> {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      onFault(error);
    }
  }
}
