import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import rooms from '../../rooms.json' with { type: 'json' };
import library from '../../tsconfig.build.json' with { type: 'json' };
import { filesReachedFrom } from '../support/imports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS: Record<string, string[]> = rooms;

const roomOf = (path: string) => Object.keys(ROOMS).find((room) => path.startsWith(`${room}/`));
const roomsWith = (use: string) => Object.keys(ROOMS).filter((room) => ROOMS[room]?.includes(use));

/** Returns the rooms of all files that the entries import directly or indirectly. */
function roomsReachedFrom(entries: string[]): string[] {
  const reached = entries.flatMap((entry) => [...filesReachedFrom(ROOT, entry)]);
  return [...new Set(reached.flatMap((path) => roomOf(path) ?? []))].sort();
}

/**
 * Returns the paths of the entry files of the functions and of the web pages. The sources in
 * infra/constructs name each path in the form `entry: '…'`, and the folder of a page as `page: '…'`.
 */
function handlerEntries(): string[] {
  const folder = join(ROOT, 'infra', 'constructs');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  return sources.flatMap((source) => [
    ...[...source.matchAll(/entry: '([^']+)'/g)].map(([, path]) => path!),
    ...[...source.matchAll(/page: '([^']+)'/g)].map(([, path]) => `${path}/main.tsx`),
  ]);
}

function foldersWithTypeScript(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !/^\.|^(node_modules|dist|coverage)$/.test(entry.name),
    )
    .map(({ name }) => join(folder, name))
    .filter((path) => {
      const names = readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' });
      return names.some((name) => name.endsWith('.ts') && !name.includes('node_modules'));
    });
}

it('rooms.json lists every folder with TypeScript, and no other', () => {
  const top_level = foldersWithTypeScript('.').filter((path) => path !== 'packages');
  expect(Object.keys(ROOMS).sort()).toEqual(
    [...top_level, ...foldersWithTypeScript('packages')].sort(),
  );
});

it('rooms.json marks as deployed the rooms that the handlers and the template reach, and no other', () => {
  const entries = handlerEntries();
  expect(entries.length).toBeGreaterThanOrEqual(5);
  expect(roomsReachedFrom([...entries, 'infra/app.ts'])).toEqual(roomsWith('deployed').sort());
});

it('rooms.json marks as published the rooms that the exports of the package reach, and no other', () => {
  expect(roomsReachedFrom(library.files)).toEqual(roomsWith('published').sort());
});
