import { expect, it } from 'vitest';
import { createFetchTexts } from '../../../../processors/stream/claims.ts';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { hashText } from '../../../../schemas/index.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const claim = (record_id: string, tenant: string, text: string) => ({
  record_id,
  tenant,
  source: 's',
  text_claim: hashText(text),
});

it('a text is fetched from the tenant of its record, and only records with a claim are fetched', async () => {
  const asked: string[][] = [];
  const fetchTexts = createFetchTexts({
    get: async (...args) => {
      asked.push(args);
      return args[0] === 'acme' ? 'one' : 'two';
    },
  });
  const records = [
    claim('a', 'acme', 'one'),
    { record_id: 'b', source: 's', text: 'plain' },
    claim('c', 'globex', 'two'),
  ];
  const { items } = decode(kinesisRecords(...records));
  const fetched = await fetchTexts(items, aBatchContext());
  expect(fetched.missing).toEqual([]);
  expect(fetched.items.map(({ record }) => record.text)).toEqual(['one', 'plain', 'two']);
  expect(asked).toEqual([
    ['acme', hashText('one')],
    ['globex', hashText('two')],
  ]);
});

it('at most eight texts are fetched at the same time', async () => {
  let open = 0;
  let most = 0;
  const fetchTexts = createFetchTexts({
    get: async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise(setImmediate);
      open -= 1;
      return 'one';
    },
  });
  const records = Array.from({ length: 30 }, (_, i) => claim(`r${i}`, 'acme', 'one'));
  const { items } = decode(kinesisRecords(...records));
  expect((await fetchTexts(items, aBatchContext())).items).toHaveLength(30);
  expect(most).toBe(8);
});

it('a bug in the store of texts is thrown', async () => {
  const bug = new TypeError('This is a bug');
  const fetchTexts = createFetchTexts({ get: () => Promise.reject(bug) });
  const { items } = decode(kinesisRecords(claim('a', 'acme', 'one')));
  await expect(fetchTexts(items, aBatchContext())).rejects.toBe(bug);
});
