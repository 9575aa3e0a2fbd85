import { expect, it } from 'vitest';
import { readKeyFragment } from '../../../../dashboard/state/key-fragment.ts';

it('the fragment #key=KEY has a key, and nothing of it stays in the address', () => {
  expect(readKeyFragment('#key=asE0abc')).toEqual({ key: 'asE0abc', rest: '#/' });
  expect(readKeyFragment('#key=asE0abc&/texts?range=7d&source=s')).toEqual({
    key: 'asE0abc',
    rest: '#/texts?range=7d&source=s',
  });
});

it.each(['', '#', '#/', '#/texts?search=key=1', '#key=', '#key=<script>'])(
  'the fragment %j has no key',
  (fragment) => {
    expect(readKeyFragment(fragment)).toBeUndefined();
  },
);
