/** Runs a bench and ends with its exit code: 0 as wanted, 1 not, 2 when it could not be told. */
export function runBench(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 2;
    },
  );
}
