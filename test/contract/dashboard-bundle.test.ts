import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPage } from '../../infra/build-page.ts';
import { ROOT } from '../support/process.ts';

/** Sizes after gzip at the first load, in bytes. A user waits for them, so do not raise them. */
const MAX_SCRIPT_BYTES = 90_000;
const MAX_STYLE_BYTES = 10_000;

let folder: string;
let page: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aurastream-dashboard-'));
  buildPage(join(ROOT, 'dashboard'), folder);
  page = readFileSync(join(folder, 'index.html'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name));
const measureGzip = (names: string[]) =>
  names.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);

/** Returns the files that a script imports before it runs, itself included. */
function listImports(name: string): string[] {
  const imported = [
    ...read(name)
      .toString()
      .matchAll(/(?:from|import)\s?"\.\/([^"]+)"/g),
  ];
  return [name, ...imported.flatMap(([, file]) => listImports(file!))];
}

const findFile = (pattern: RegExp) => {
  const name = pattern.exec(page)?.[1];
  if (name === undefined) throw new Error(`index.html names no ${pattern}`);
  return name;
};

it('the first load of the dashboard is at most 90 KB of scripts and 10 KB of styles, after gzip', () => {
  const scripts = new Set(listImports(findFile(/src="dashboard\/([^"]+\.js)"/)));
  expect(measureGzip([...scripts])).toBeLessThan(MAX_SCRIPT_BYTES);
  expect(measureGzip([findFile(/href="dashboard\/([^"]+\.css)"/)])).toBeLessThan(MAX_STYLE_BYTES);
});

it('every file of the dashboard that can be kept for ever has a hash of its content in its name', () => {
  const names = readdirSync(folder).filter((name) => !['index.html', 'notices.txt'].includes(name));
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*-[A-Z0-9]{8}\.(js|css|svg)$/);
});

it('the page has no inline script or style and no file of another host', () => {
  expect(page).not.toMatch(/<style|style=|<script>|\son\w+=/);
  const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThanOrEqual(3);
  for (const address of addresses) expect(address).toMatch(/^dashboard\/[\w.-]+$/);
});

it('the notices have the licence of each package in the scripts, and only permissive ones', () => {
  const notices = read('notices.txt').toString();
  const titles = notices.match(/^\S+ \d+\.\d+\.\d+ \(.*\)$/gm) ?? [];
  expect(titles.map((title) => title.replace(/ .*\(/, ' ('))).toEqual([
    '@preact/signals (MIT)',
    '@preact/signals-core (MIT)',
    'preact (MIT)',
    'uplot (MIT)',
  ]);
});
