import { expect, it } from 'vitest';
import type { ReadOptions } from '../../../../ingest/sources/read-records.ts';
import { createReadContent } from '../../../support/read-file.ts';
import { writeWorkbook } from '../../../support/workbook.ts';

const read = createReadContent();

const GOOGLE_PLAY = [
  'Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,Developer Reply Text,Review Link',
  'com.example.app,81,8.1.0,en,walleye,2026-11-01T10:22:31Z,1793528551000,2026-11-01T10:22:31Z,1793528551000,5,,"Love it, works great",,,,https://play.example/1',
  'com.example.app,81,8.1.0,de,oriole,2026-11-02T10:22:31Z,1793614951000,2026-11-02T10:22:31Z,1793614951000,1,Mist,"Stürzt ab",,,,https://play.example/2',
  'com.example.app,81,8.1.0,de,oriole,2026-11-03T10:22:31Z,1793701351000,2026-11-03T10:22:31Z,1793701351000,4,,,,,,https://play.example/3',
].join('\r\n');

const APP_STORE_CONNECT = JSON.stringify({
  data: ['Crashes on start', 'Love it'].map((body, i) => ({
    type: 'customerReviews',
    id: `00000-${i}`,
    attributes: {
      rating: 5 - i,
      title: 'Title',
      body,
      reviewerNickname: 'sam',
      createdDate: '2026-11-01T03:22:31-07:00',
      territory: 'USA',
    },
    relationships: { response: { links: { self: 'https://api.example/1' } } },
  })),
  links: { self: 'https://api.example' },
  meta: { paging: { total: 2, limit: 20 } },
});

const TRUSTPILOT = [
  'Review Id;Reference Id;Review Created (UTC);Review Consumer User Name;Review Stars;Review Title;Review Content;Company Reply Text',
  '63e1;;2026-11-01 10:22:31;Anna;5;Super;"Schnelle Lieferung; gerne wieder";',
  '63e2;;2026-11-02 10:22:31;Ben;1;Nie;"Nie ""angekommen""";Sorry',
].join('\r\n');

const ZENDESK = JSON.stringify({
  tickets: ['My kettle is broken', 'Where is my order?'].map((description, i) => ({
    url: `https://shop.zendesk.example/api/v2/tickets/${i}.json`,
    id: 35_436 + i,
    created_at: '2026-11-01T10:22:31Z',
    subject: 'Help',
    description,
    priority: null,
    tags: ['a', 'b'],
    via: { channel: 'web', source: { from: {}, to: {} } },
    custom_fields: [{ id: 27_642, value: '745' }],
    satisfaction_rating: { score: 'unoffered' },
  })),
  next_page: null,
  count: 2,
});

const REDDIT = ['I love this kettle', 'It broke after a day'].map((body, i) =>
  JSON.stringify({
    ...{
      author: 'sam',
      body,
      created_utc: 1_793_528_551 + i,
      id: `k${i}`,
      subreddit: 'kettles',
      score: 5,
    },
    ...{
      parent_id: 't3_x',
      edited: false,
      gildings: {},
      all_awardings: [],
      retrieved_on: 1_793_528_999,
    },
  }),
);
const REDDIT_LISTING = JSON.stringify({
  kind: 'Listing',
  data: {
    after: null,
    children: REDDIT.map((line) => ({ kind: 't1', data: JSON.parse(line) as object })),
  },
});

const PANDAS_CSV = ',Unnamed: 0,review_text,label\n0,17,"good, really",1\n1,18,bad,0\n';
const PANDAS_RECORDS =
  '[{"review_text":"good, really","label":1},{"review_text":"bad","label":null}]';

const EXCEL_ROWS = [
  ['Nr', 'Kunde', 'Datum', 'Kommentar'],
  [1, 'C0077', { days: 46_327 }, 'Lieferung nie angekommen'],
  [2, 'C0078', { days: 46_328 }, 'Alles gut'],
];
const EXCEL_CSV =
  'Nr;Kunde;Datum;Kommentar\r\n1;C0077;01.11.2026;"Lieferung; nie da"\r\n2;C0078;02.11.2026;Größe passt\r\n';
const toLatin1 = (text: string) => Buffer.from(text, 'latin1');

const EXPORTS: [
  title: string,
  name: string,
  content: string | Buffer,
  texts: string[],
  refused?: number,
][] = [
  [
    'Excel, as a workbook',
    'Umfrage.xlsx',
    writeWorkbook({ Tabelle1: EXCEL_ROWS }),
    ['Lieferung nie angekommen', 'Alles gut'],
  ],
  [
    'Excel, as CSV UTF-8',
    'Umfrage.csv',
    `\ufeff${EXCEL_CSV}`,
    ['Lieferung; nie da', 'Größe passt'],
  ],
  [
    'Excel, as CSV of Windows',
    'Umfrage.csv',
    toLatin1(EXCEL_CSV),
    ['Lieferung; nie da', 'Größe passt'],
  ],
  [
    'Excel, as Unicode text',
    'Umfrage.txt',
    Buffer.from(
      `\ufeff${EXCEL_CSV.replaceAll(';', '\t').replace('Lieferung\t', 'Lieferung;')}`,
      'utf16le',
    ),
    ['Lieferung; nie da', 'Größe passt'],
  ],
  [
    'Google Play Console, UTF-16',
    'reviews_com.example.app_202611.csv',
    Buffer.from(`\ufeff${GOOGLE_PLAY}`, 'utf16le'),
    ['Love it, works great', 'Stürzt ab'],
    1,
  ],
  ['App Store Connect', 'customerReviews.json', APP_STORE_CONNECT, ['Crashes on start', 'Love it']],
  [
    'Trustpilot',
    'trustpilot.csv',
    TRUSTPILOT,
    ['Schnelle Lieferung; gerne wieder', 'Nie "angekommen"'],
  ],
  ['Zendesk', 'tickets.json', ZENDESK, ['My kettle is broken', 'Where is my order?']],
  [
    'Reddit, a dump',
    'RC_2026-11',
    REDDIT.join('\n'),
    ['I love this kettle', 'It broke after a day'],
  ],
  [
    'Reddit, its API',
    'comments.json',
    REDDIT_LISTING,
    ['I love this kettle', 'It broke after a day'],
  ],
  ['pandas, to_csv', 'frame.csv', PANDAS_CSV, ['good, really', 'bad']],
  ['pandas, to_json', 'frame.json', PANDAS_RECORDS, ['good, really', 'bad']],
];

/** Follows the hint of an error, as a user does who copies the options. */
function followHint(error: string): Omit<ReadOptions, 'path'> {
  const proposed = /(?:Did you mean (.*)\?$|: use (--.*)\. Or save)/.exec(error) ?? [];
  const options: Record<string, string> = {};
  for (const [, option = '', quoted, plain] of (proposed[1] ?? proposed[2] ?? '').matchAll(
    /--([a-z-]+) (?:'([^']*)'|(\S+))/g,
  )) {
    options[option.replaceAll('-', '_')] = quoted ?? plain ?? '';
  }
  return options;
}

it.each(EXPORTS)(
  'an export of %s goes in with at most one hint followed',
  async (_, name, content, texts, refused = 0) => {
    const first = await read(name, content);
    const outcome =
      first.error === undefined ? first : await read(name, content, followHint(first.error));
    expect(outcome.error).toBeUndefined();
    expect(outcome.texts).toEqual(texts);
    expect(outcome.refused).toHaveLength(refused);
  },
);

it('the hint for an export names the identity, the time and the language of its records as well', async () => {
  const { error = '' } = await read('reviews.csv', Buffer.from(`\ufeff${GOOGLE_PLAY}`, 'utf16le'));
  expect(followHint(error)).toMatchObject({
    ...{ text_field: 'Review Text', time_field: 'Review Submit Date and Time' },
    language_field: 'Reviewer Language',
  });
  const trustpilot = await read('trustpilot.csv', TRUSTPILOT);
  expect(followHint(trustpilot.error ?? '')).toMatchObject({
    id_field: 'Review Id',
    time_field: 'Review Created (UTC)',
  });
});

it('an export of Excel in windows-1252 goes in with the encoding of the hint', async () => {
  const { error = '' } = await read('a.csv', toLatin1('text;nr\r\nGröße passt;1\r\n'));
  const encoding = /--encoding (\S+)\. /.exec(error)?.[1] ?? '';
  const { texts } = await read('a.csv', toLatin1('text;nr\r\nGröße passt;1\r\n'), { encoding });
  expect(texts).toEqual(['Größe passt']);
});

it('a table by columns of pandas is an error with the call that writes records', async () => {
  const { error } = await read('a.json', '{"text":{"0":"a","1":"b"},"label":{"0":1,"1":0}}');
  expect(error).toContain("to_json(orient='records', lines=True)");
});
