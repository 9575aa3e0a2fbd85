import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyToPath, pathToKey } from '../../../src/services/s3/key-path.ts';

const awkward = fc.constantFrom(
  '.',
  '..',
  '',
  '%',
  '%2E',
  '%-',
  '%_',
  '%+',
  '\0',
  '\n',
  '/',
  'é',
  '🎉',
);
const keys = fc
  .array(
    fc.oneof(awkward, fc.string({ unit: 'binary' }), fc.string({ minLength: 150, maxLength: 400 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join('/'));

describe('the path of a key', () => {
  it('is the key itself where that is ordinary', () => {
    for (const key of [
      'a',
      'results/year=2026/month=11/x-1.gz',
      'set-asides/shardId-0:1.json',
      'ü/日本',
    ]) {
      expect(keyToPath(key)).toBe(key);
    }
  });

  it('leads back to its key, and stays inside its folder, with names that a file system holds', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const path = keyToPath(key);
        expect(pathToKey(path)).toBe(key);
        for (const name of path.split('/')) {
          expect(['', '.', '..']).not.toContain(name);
          expect(name).not.toContain('\0');
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
        }
      }),
    );
  });
});
