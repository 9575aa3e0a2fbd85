import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FOLDER = new URL('../../../.github/workflows/', import.meta.url);
const workflows = readdirSync(FOLDER).map((name): [string, string] => [
  name,
  readFileSync(new URL(name, FOLDER), 'utf8'),
]);

it.each(workflows)(
  'the workflow %s names each action by its commit, and the release beside it',
  (_, text) => {
    const actions = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(actions).not.toEqual([]);
    for (const action of actions) {
      expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  },
);

it.each(workflows)(
  'the workflow %s may read the repository, and write only where a job says so',
  (name, text) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    const writes = [...text.matchAll(/^ +(\S+: write)$/gm)].map(([, permission]) => permission);
    expect(writes).toEqual(
      { 'release.yml': ['contents: write'], 'codeql.yml': ['security-events: write'] }[name] ?? [],
    );
  },
);
