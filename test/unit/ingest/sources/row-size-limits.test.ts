import { expect, it } from 'vitest';
import { createReadContent } from '../../../support/read-file.ts';

const read = createReadContent();

it.each([8, 9])(
  'a row of %d MiB is read up to 8 MiB, and a longer one costs only itself',
  async (mib) => {
    const note = 'x'.repeat(mib * 1024 * 1024 - (mib === 8 ? 10 : 0));
    const { texts, refused } = await read('a.csv', `text,note\na,"${note}"\nb,c\n`);
    expect(texts).toEqual(mib === 8 ? ['a', 'b'] : ['b']);
    expect(refused).toHaveLength(mib === 8 ? 0 : 1);
  },
  60_000,
);
