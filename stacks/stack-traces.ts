/**
 * Imported first, for what it does: Pulumi's stack traces, which it makes by the thousand, cost neither the memory nor
 * most of the time that they would.
 *
 * Node 24's `util.inspect` with colours never ends on a stack line like `…/node_modules/@pulumi/errors.ts:47:9`: behind
 * `@scope/` it looks for one more `/`. Just such lines come from the source maps of @pulumi/pulumi, whose sources lie
 * one folder higher than its code, and Pulumi prints every uncaught error that way: 3.4 GB and 20 s for a typo in the
 * config (measured). The folder that is missing in those lines is put in.
 *
 * Each resource takes several traces, for its place in the source and for promises that might be forgotten, and each
 * line of them is looked up in source maps: a quarter of this program's CPU time (measured). The places are the same few
 * hundred again and again, so their lines are kept.
 */
type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

// There is none without source maps, whatever the types say.
const { prepareStackTrace: prepare } = Error as { prepareStackTrace?: Prepare };
if (prepare) Error.prepareStackTrace = keepingLines(prepare);

/** What prepares stack traces as `prepareTrace` does, but each line once. */
export function keepingLines(prepareTrace: Prepare): Prepare {
  const lines = new Map<string, string>();
  return (error, sites) => {
    const head = prepareTrace(error, []);
    if (typeof head !== 'string') return prepareTrace(error, sites);
    const lineOf = (site: NodeJS.CallSite): string => {
      const place = `${site.getFileName() ?? ''}:${site.getPosition()}`;
      const line =
        lines.get(place) ?? withPackageFolder(String(prepareTrace(error, [site])).slice(head.length));
      // Code of no file has no place of its own.
      if (site.getFileName()) lines.set(place, line);
      return line;
    };
    return head + sites.map(lineOf).join('');
  };
}

/** A stack trace whose paths have a folder behind `node_modules/@scope/`. */
export function withPackageFolder(trace: string): string {
  return trace.replaceAll(/(node_modules[/\\])(@[^/\\\s]+)([/\\])(?=[^/\\\s]+$)/gm, '$1$2$3pulumi$3');
}
