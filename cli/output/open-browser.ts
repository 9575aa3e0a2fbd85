import { spawn } from 'node:child_process';

/** Programs that open an address in the user's browser. */
const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  linux: ['xdg-open'],
};

/** Opens an address in the browser, if this machine has one. A failure is no error: the address is printed. */
export function openBrowser(address: string): void {
  const [program, ...words] = OPENERS[process.platform] ?? [];
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  // Without a display, xdg-open would start a browser for text in this terminal.
  const has_display = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
  if (program === undefined || !has_display) return;
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
