import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { messageOf, Refusal } from '../../machine/errors';

/** Where Chromium, or a browser made of it, is installed by Linux's packages, on a Mac and on Windows. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Neither services of its own nor questions to its maker. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The browser of this machine.
 *
 * @param named a path that the user gave; null: wherever it usually is
 * @throws Refusal with what to do
 */
export function findBrowser(named: string | null = null): string {
  if (named !== null && !existsSync(named)) throw new Refusal(`There is no browser at ${named}.`);
  const found = named ?? PLACES.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Refusal(
    'No Chromium or Chrome was found. Install one (Debian: apt-get install chromium), or name yours: --browser FILE.',
  );
}

/** Arguments of a headless Chromium. Root has no sandbox. */
export function browserArguments(): string[] {
  return [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
}

/** Starts it, headless. @throws Refusal when it does not start */
export async function startBrowser(executablePath: string): Promise<Browser> {
  try {
    return await chromium.launch({ executablePath, headless: true, args: browserArguments() });
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    throw new Refusal(`${executablePath} does not start: ${reason ?? ''}`);
  }
}
