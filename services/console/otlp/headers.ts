/**
 * Headers as OTEL_EXPORTER_OTLP_HEADERS writes them: `name=value,name=value`, values percent-encoded.
 * @throws Error naming the entry that is none; never its value, which may be a secret
 */
export function parseHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  text.split(',').forEach((entry, index) => {
    if (entry.trim() === '') return;
    const at = entry.indexOf('=');
    const name = entry.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw new Error(
        `CONSOLE_FORWARD_OTLP_HEADERS: entry ${index + 1} is not name=value: write name=value,name=value`,
      );
    }
    headers[name] = decodeURIComponent(entry.slice(at + 1).trim());
  });
  return headers;
}
