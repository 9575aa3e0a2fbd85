import fc from 'fast-check';
import { expect, it } from 'vitest';
import { transcode } from '../../../../ingest/sources/encoding/transcode.ts';
import { createReadContent } from '../../../support/read-file.ts';

const read = createReadContent();

/** Encodes a text in which each character is one of the table, or two bytes of it. */
function encode(text: string, encoding: string): Buffer {
  const decoder = new TextDecoder(encoding);
  const bytes_of = new Map<string, number[]>();
  for (let byte = 0; byte < 256; byte += 1) {
    bytes_of.set(decoder.decode(Uint8Array.of(byte)), [byte]);
  }
  for (let lead = 0x81; lead < 0xff; lead += 1) {
    for (let trail = 0x40; trail < 0xff; trail += 1) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if ([...character].length === 1 && !bytes_of.has(character))
        bytes_of.set(character, [lead, trail]);
    }
  }
  return Buffer.from([...text].flatMap((character) => bytes_of.get(character) ?? [0x3f]));
}

const TEXTS: [encoding: string, text: string][] = [
  ['windows-1252', "Très déçu, l'écran est cassé à 100 %"],
  ['windows-1251', 'Очень хороший чайник, быстро кипит'],
  ['koi8-r', 'Очень хороший чайник, быстро кипит'],
  ['shift_jis', 'とても良い商品です。すぐに届きました'],
  ['euc-kr', '아주 좋은 제품입니다 빨리 도착했어요'],
  ['gb18030', '这个水壶非常好用，烧水很快'],
  ['big5', '這個水壺非常好用，燒水很快'],
  ['windows-1253', 'Πολύ καλό προϊόν και γρήγορη παράδοση'],
];

it.each(TEXTS)(
  'a file in %s is refused with its line and byte, and with the encoding that reads it',
  async (encoding, text) => {
    const lines = Array.from({ length: 20 }, (_, i) => `${i}\t${text}`);
    const bytes = encode(`nr\ttext\n${lines.join('\n')}\n`, encoding);
    const { error } = await read('a.csv', bytes);
    expect(error).toMatch(/is not UTF-8: line 2, byte \d+ is 0x[89a-f][0-9a-f]\./);
    const proposed = /--encoding (\S+)\. /.exec(error ?? '')?.[1];
    expect(proposed).toBe(encoding);
    const { texts, refused } = await read('a.csv', bytes, { encoding: proposed });
    expect(refused).toEqual([]);
    expect(texts).toEqual(lines.map(() => text));
  },
);

it.each(['utf-16le', 'utf-16be'] as const)(
  'a file in %s is read with and without a byte order mark',
  async (encoding) => {
    const encodeUtf16 = (text: string) => {
      const bytes = Buffer.from(text, 'utf16le');
      return encoding === 'utf-16be' ? bytes.swap16() : bytes;
    };
    for (const mark of ['\ufeff', '']) {
      const { texts, description } = await read(
        'a.csv',
        encodeUtf16(`${mark}text;nr\nGröße 😀;1\n`),
      );
      expect(texts).toEqual(['Größe 😀']);
      expect(description).toMatchObject({ encoding, delimiter: ';' });
    }
  },
);

it('bytes that an encoding does not allow refuse their row, and no other row', async () => {
  const good = encode('text\n良い\n', 'shift_jis');
  const bytes = Buffer.concat([good, Buffer.from([0x82, 0x0a]), encode('悪い\n', 'shift_jis')]);
  const { texts, refused } = await read('a.csv', bytes, { encoding: 'sjis' });
  expect(texts).toEqual(['良い', '悪い']);
  expect(refused).toEqual(['3: is not UTF-8']);
});

it('a byte that is not UTF-8 behind the first 64 KiB refuses only its row', async () => {
  const rows = `${'fine,shop\n'.repeat(8_000)}`;
  const bytes = Buffer.concat([
    Buffer.from(`text,source\n${rows}caf`),
    Buffer.from([0xe9]),
    Buffer.from(',shop\nlast,shop\n'),
  ]);
  const { texts, refused } = await read('a.csv', bytes);
  expect(texts).toHaveLength(8_001);
  expect(refused).toEqual(['8002: is not UTF-8']);
});

it('one broken row of a file whose other rows are UTF-8 refuses only its row', async () => {
  const bytes = Buffer.concat([Buffer.from('text\nGröße\nschön\n'), Buffer.from([0xe9, 0x0a])]);
  const { texts, refused } = await read('a.csv', bytes);
  expect([texts, refused]).toEqual([['Größe', 'schön'], ['4: is not UTF-8']]);
});

it('U+FFFD that the file holds stays as it is', async () => {
  expect((await read('a.csv', 'text\nbroken \ufffd before\n')).texts).toEqual([
    'broken \ufffd before',
  ]);
});

it('an unknown encoding is an error with examples', async () => {
  const { error } = await read('a.csv', 'text\na\n', { encoding: 'klingon' });
  expect(error).toMatch(/There is no encoding "klingon"\.\nUse a name/);
});

it('decoding gives the same bytes however the file is cut into chunks', async () => {
  const encodings = fc.constantFrom(
    'utf-16le',
    'utf-16be',
    'shift_jis',
    'gb18030',
    'windows-1252',
    'koi8-r',
  );
  const collect = async (chunks: Buffer[], encoding: string) => {
    const parts: Buffer[] = [];
    const source = (async function* () {
      yield* chunks;
    })();
    for await (const part of transcode(source, encoding)) parts.push(part);
    return Buffer.concat(parts).toString('hex');
  };
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 40 }),
      encodings,
      fc.integer({ min: 1, max: 5 }),
      async (given, encoding, size) => {
        const bytes = Buffer.from(given);
        const chunks = [];
        for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
        expect(await collect(chunks, encoding)).toBe(await collect([bytes], encoding));
      },
    ),
  );
});
