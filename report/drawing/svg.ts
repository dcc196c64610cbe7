/** Elements of an SVG picture as text; how they look is said by their classes. */

export interface Point {
  x: number;
  y: number;
}

/** Text for XML and HTML. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A pixel position with one decimal. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function pair({ x, y }: Point): string {
  return `${px(x)},${px(y)}`;
}

function named(name: string): string {
  return name === '' ? '' : ` class="${name}"`;
}

export function text(
  name: string,
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const where = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text${named(name)} x="${px(x)}" y="${px(y)}"${where}>${escape(content)}</text>`;
}

export function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line${named(name)} x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
}

export function rect(name: string, x: number, y: number, width: number, height: number, radius = 0): string {
  const round = radius === 0 ? '' : ` rx="${radius}"`;
  return `<rect${named(name)} x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"${round}/>`;
}

export function dot(name: string, x: number, y: number, radius: number): string {
  return `<circle${named(name)} cx="${px(x)}" cy="${px(y)}" r="${radius}"/>`;
}

export function polygon(name: string, points: readonly Point[]): string {
  return `<polygon${named(name)} points="${points.map(pair).join(' ')}"/>`;
}

/** A line through the points; nothing where there are fewer than two. */
export function polyline(name: string, points: readonly Point[]): string {
  return points.length < 2 ? '' : `<polyline${named(name)} points="${points.map(pair).join(' ')}"/>`;
}
