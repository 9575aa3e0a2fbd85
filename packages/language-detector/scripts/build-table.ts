/** Makes the table of n-grams that languages are told by, of eld's small one: `npm run language-table`. */
import { writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';

const PACKAGE = new URL('../../../node_modules/eld/src/', import.meta.url).href;
const OUTPUT = new URL('../src/languages.bin', import.meta.url);

interface Eld {
  ngramsData: { languages: Record<string, string>; ngrams: Record<string, Record<string, number>> };
  avgScore: Record<string, number>;
  dictionary: Record<string, string>;
}

/** What the file holds, before it is compressed. */
export async function tableBytes(): Promise<Buffer> {
  const { ngramsData, avgScore, dictionary } = await readEld();
  const bytes_of = new Map(
    Object.entries(dictionary).flatMap(([byte, letter]): [string, number][] =>
      Number(byte) >= 0x80 && letter !== ' ' ? [[letter, Number(byte)]] : [],
    ),
  );
  const languages = Object.values(ngramsData.languages);
  const entries = Object.entries(ngramsData.ngrams)
    .map(([ngram, weights]) => ({
      key: bytesOf(ngram, bytes_of),
      weights: Object.entries(weights),
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const keys = Buffer.concat(entries.flatMap(({ key }) => [key, Buffer.from('\n')]));
  const pairs = entries.flatMap(({ weights }) => weights);
  const header = {
    languages,
    average_scores: languages.map((language) => avgScore[language]),
    keys: entries.length,
    key_bytes: keys.length,
    weights: pairs.length,
  };
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    keys,
    Buffer.from(entries.map(({ weights }) => weights.length)),
    Buffer.from(pairs.map(([language]) => Number(language))),
    Buffer.from(pairs.map(([, weight]) => weight)),
  ]);
}

/** eld writes bytes that are no ASCII as letters of a dictionary of its own. */
function bytesOf(ngram: string, bytes_of: Map<string, number>): Buffer {
  return Buffer.from([...ngram].map((letter) => bytes_of.get(letter) ?? letter.charCodeAt(0)));
}

async function readEld(): Promise<Eld> {
  const files = ['ngrams/small.js', 'avgScore.js', 'dictionary.js'];
  const modules = await Promise.all(files.map((file) => import(`${PACKAGE}${file}`)));
  return Object.assign({}, ...modules) as Eld;
}

if (import.meta.filename === process.argv[1]) {
  const params = { [constants.BROTLI_PARAM_LGWIN]: 22 };
  await writeFile(OUTPUT, brotliCompressSync(await tableBytes(), { params }));
}
