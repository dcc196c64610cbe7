/**
 * Imported first, for what it does: keeps Pulumi from running out of memory while it prints an error.
 *
 * Node 24's `util.inspect` with colours never ends on a stack line like `…/node_modules/@pulumi/errors.ts:47:9`: behind
 * `@scope/` it looks for one more `/`. Just such lines come from the source maps of @pulumi/pulumi, whose sources lie
 * one folder higher than its code, and Pulumi prints every uncaught error that way: 3.4 GB and 20 s for a typo in the
 * config (measured). The folder that is missing in those lines is put in.
 */
// There is none without source maps, whatever the types say.
const { prepareStackTrace: prepare } = Error as {
  prepareStackTrace?: (error: Error, sites: NodeJS.CallSite[]) => unknown;
};
if (prepare) {
  Error.prepareStackTrace = (error, callSites) => {
    const trace = prepare(error, callSites);
    return typeof trace === 'string' ? withPackageFolder(trace) : trace;
  };
}

/** A stack trace whose paths have a folder behind `node_modules/@scope/`. */
export function withPackageFolder(trace: string): string {
  return trace.replaceAll(/(node_modules[/\\])(@[^/\\\s]+)([/\\])(?=[^/\\\s]+$)/gm, '$1$2$3pulumi$3');
}
