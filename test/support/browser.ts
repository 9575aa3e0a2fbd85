import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Flags that stop the browser's own network traffic, so that only the page sends requests. */
export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Finds the browser that is installed on this machine.
 *
 * @returns the path of the browser, or undefined if none of the known browsers is installed.
 */
export function browserPath(): string | undefined {
  for (const name of NAMES) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // No browser with this name is installed.
    }
  }
  return undefined;
}

export function openBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: BROWSER_FLAGS });
}
