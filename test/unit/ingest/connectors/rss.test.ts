import { describe, expect, it } from 'vitest';
import { decodeFeed } from '../../../../ingest/connectors/sources/rss/decode.ts';
import { mapItems } from '../../../../ingest/connectors/sources/rss/map-item.ts';
import { parseJsonFeed } from '../../../../ingest/connectors/sources/rss/parse-json.ts';
import { parseXmlFeed } from '../../../../ingest/connectors/sources/rss/parse-xml.ts';
import { rss } from '../../../../ingest/connectors/sources/rss/source.ts';
import { recordSchema } from '../../../../schemas/index.ts';

const NOW = Date.parse('2026-11-26T00:00:00Z');
const FEED = 'https://kettle.example/feed';

const RSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Kettle blog</title><link>https://kettle.example/</link><description>d</description><language>en-gb</language>
<item><title>Steam &amp; more</title><link>https://kettle.example/a</link><guid isPermaLink="false">k-1</guid><pubDate>Wed, 25 Nov 2026 08:01:00 +0100</pubDate><dc:creator>Ana</dc:creator><description>short</description><content:encoded><![CDATA[<p>It <b>boils</b>&nbsp;fast.</p><p>Love it</p>]]></content:encoded></item>
<item><title>No guid, no date</title><link>https://kettle.example/b</link><description>x</description></item>
</channel></rss>`;
const ATOM = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><id>urn:feed</id><title>t</title><updated>2026-11-25T11:00:00Z</updated>
<entry><id>urn:e:1</id><title type="html">Gro&amp;szlig;</title><published>2026-11-25T10:00:00Z</published><updated>2026-11-25T11:00:00Z</updated><link rel="alternate" href="https://kettle.example/c"/><author><name>Bo</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Sehr <em>gut</em></p></div></content></entry></feed>`;

const mapXml = (xml: string) => mapItems(parseXmlFeed(xml), FEED, NOW).map(({ record }) => record);
const wrap = (items: string) => `<rss><channel>${items}</channel></rss>`;

describe('Items of a feed', () => {
  it('of RSS become records with the text without markup, the address, the author and the date', () => {
    expect(mapXml(RSS)).toEqual([
      {
        record_id: 'rss:A3jsqUsk2bEnRI20hYceCLRUDtP6iVUT9xvTJRMHV9U',
        text: 'Steam & more\n\nIt boils fast.\nLove it',
        author: 'Ana',
        url: 'https://kettle.example/a',
        created_at: '2026-11-25T07:01:00.000Z',
        attributes: { feed: FEED, declared_language: 'en-gb' },
      },
      {
        record_id: 'rss:Y1pxyYmxjqKWo12InM1cX4-khBUSoLlW9VCz16pvGgk',
        text: 'No guid, no date\n\nx',
        url: 'https://kettle.example/b',
        attributes: { feed: FEED, declared_language: 'en-gb' },
      },
    ]);
  });

  it('of Atom may hold HTML and XHTML', () => {
    expect(mapXml(ATOM)).toMatchObject([
      {
        ...{ text: 'Groß\n\nSehr gut', author: 'Bo', url: 'https://kettle.example/c' },
        created_at: '2026-11-25T10:00:00.000Z',
        attributes: { declared_language: 'de' },
      },
    ]);
  });

  it('of a JSON Feed may hold HTML or a plain text', () => {
    const json = JSON.stringify({
      version: 'https://jsonfeed.org/version/1',
      items: [
        {
          id: 3,
          url: '/x',
          content_html: '<p>a &lt; b</p>',
          date_published: '2026-11-25T09:00:00+01:00',
        },
        { id: 'y', title: 'T', content_text: 'a <b> c', author: { name: 'Cy' }, language: 'fr' },
        { id: 'z' },
        7,
      ],
    });
    const feed = parseJsonFeed(json);
    expect(feed.malformed).toBe(2);
    expect(mapItems(feed, FEED, NOW).map(({ record }) => record)).toMatchObject([
      { text: 'a < b', url: 'https://kettle.example/x', created_at: '2026-11-25T08:00:00.000Z' },
      { text: 'T\n\na <b> c', author: 'Cy', attributes: { declared_language: 'fr' } },
    ]);
  });

  it('give records that the schema accepts, whatever their addresses, dates and names are', () => {
    const records = mapXml(
      wrap(
        `<item><title>a</title><link>javascript:alert(1)</link><pubDate>yesterday</pubDate></item>
         <item><title>b</title><link>https://x.example/${'y'.repeat(3_000)}</link><author>${'z'.repeat(500)}</author></item>
         <item><title>c</title><guid> </guid><pubDate>0001-01-01T00:00:00Z</pubDate></item>
         <item><title>d</title><guid>https://x.example/d</guid><pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item>`,
      ),
    );
    expect(records).toHaveLength(4);
    for (const record of records) {
      expect(recordSchema.safeParse({ ...record, source: 'rss' }).error).toBeUndefined();
      expect(record.created_at).toBeUndefined();
    }
    expect(records.map(({ url }) => url)).toEqual([
      undefined,
      undefined,
      undefined,
      'https://x.example/d',
    ]);
  });

  it('are read from XML with mistakes, and entities of a document type are not expanded', () => {
    const bomb = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`;
    const [record] = mapXml(`${bomb}${wrap('<item><title>Tea & "milk" <3 &b;</title></item>')}`);
    expect(record?.text).toContain('Tea & "milk"');
    expect(record?.text).not.toContain('aaaa');
  });

  it.each([
    ['an HTML page', '<!doctype html><html><body><item><title>x</title></item></body></html>'],
    ['a document that ends within its last tag', RSS.slice(0, -3)],
    ['nothing', ''],
  ])('are not read from %s', (_, xml) => {
    expect(() => parseXmlFeed(xml)).toThrow('the document is no feed');
  });
});

describe('A feed is decoded', () => {
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="windows-1252"?><a>\x80 M\xfcll</a>',
    'latin1',
  );

  it.each([
    ['by its XML declaration', latin, 'text/xml', '€ Müll'],
    [
      'by its content type',
      Buffer.from('<a>M\xfcll</a>', 'latin1'),
      'text/xml; charset="iso-8859-1"',
      'Müll',
    ],
    ['by its byte order mark', Buffer.from('\ufeff<a>Müll</a>', 'utf16le'), 'text/xml', 'Müll'],
    ['as UTF-8 if nothing says more', Buffer.from('<a>Müll</a>'), '', 'Müll'],
    [
      'as UTF-8 if its encoding is unknown',
      Buffer.from('<a>Müll</a>'),
      'text/xml; charset=x-mars',
      'Müll',
    ],
  ])('%s', async (_, bytes, content_type, text) => {
    expect(await decodeFeed(bytes, content_type)).toContain(text);
  });
});

describe('A round within the time for which an answer is fresh', () => {
  it.each([
    [NOW + 1, 0],
    [NOW, 1],
  ])(
    'asks the server only when the time is over (until %i: %i requests)',
    async (fresh_until, requests) => {
      let asked = 0;
      const context = {
        ...{ cursor: { url: FEED, fresh_until, seen: {} }, now: () => NOW, tell: () => undefined },
        fetch: async () => {
          asked += 1;
          return new Response(null, { status: 304 });
        },
      };
      const round = rss.bind({ url: FEED }).open(context as never);
      for await (const _ of round);
      expect(asked).toBe(requests);
    },
  );
});
