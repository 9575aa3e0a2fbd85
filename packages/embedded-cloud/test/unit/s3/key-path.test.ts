import fc from 'fast-check';
import { expect, it } from 'vitest';
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

it('the path of an ordinary key is the key itself', () => {
  for (const key of [
    'a',
    'results/year=2026/month=11/x-1.gz',
    'set-asides/shardId-0:1.json',
    'ü/日本',
  ]) {
    expect(keyToPath(key)).toBe(key);
  }
});

it('the path of any key stays inside its folder, has valid names, and converts back to the key', () => {
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
