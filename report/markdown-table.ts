/**
 * A table of facts, a name and a value a line; one whose value is null is left out.
 *
 * @returns its lines
 */
export function factTable(rows: readonly (readonly [name: string, value: string | null])[]): string[] {
  const lines = rows.flatMap(([name, value]) => (value === null ? [] : [`| ${name} | ${cell(value)} |`]));
  return ['| | |', '|---|---|', ...lines];
}

/**
 * A text in one line of Markdown: somebody else may have written it. So it is no cell, element or link, and nothing
 * that moves the terminal of who prints the file.
 */
export function cell(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .replace(/[|[\]]/g, '\\$&')
    .replaceAll('<', '&lt;');
}
