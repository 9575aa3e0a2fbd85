/**
 * This script builds src/languages.bin from the small table of the eld package. The command `npm
 * run language-table` runs the script.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const OUTPUT = new URL('../src/languages.bin', import.meta.url);

interface EldData {
  ngramsData: { languages: Record<string, string>; ngrams: Record<string, Record<string, number>> };
  avgScore: Record<string, number>;
  dictionary: Record<string, string>;
}

/**
 * Builds the table from the data files of the eld package.
 * @returns the content of languages.bin before compression. README.md describes the layout.
 */
export async function buildTable(): Promise<Buffer> {
  const { ngramsData, avgScore, dictionary } = await readEldData();
  const byte_by_letter = invertDictionary(dictionary);
  const languages = Object.values(ngramsData.languages);
  const entries = Object.entries(ngramsData.ngrams)
    .map(([ngram, weights]) => ({
      key: encodeNgram(ngram, byte_by_letter),
      weights: Object.entries(weights),
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const keys = Buffer.concat(entries.flatMap(({ key }) => [key, Buffer.from('\n')]));
  const weights = entries.flatMap((entry) => entry.weights);
  const header = {
    languages,
    average_scores: languages.map((language) => avgScore[language]),
    keys: entries.length,
    key_bytes: keys.length,
    weights: weights.length,
  };
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    keys,
    Buffer.from(entries.map((entry) => entry.weights.length)),
    Buffer.from(weights.map(([language]) => Number(language))),
    Buffer.from(weights.map(([, weight]) => weight)),
  ]);
}

/**
 * Returns the byte that each letter of eld's dictionary represents. The dictionary has a separate
 * letter for each non-ASCII byte.
 */
function invertDictionary(dictionary: Record<string, string>): Map<string, number> {
  return new Map(
    Object.entries(dictionary)
      .map(([byte, letter]): [string, number] => [letter, Number(byte)])
      .filter(([letter, byte]) => byte >= 0x80 && letter !== ' '),
  );
}

function encodeNgram(ngram: string, byte_by_letter: Map<string, number>): Buffer {
  return Buffer.from(
    [...ngram].map((letter) => byte_by_letter.get(letter) ?? letter.charCodeAt(0)),
  );
}

/**
 * Reads the data files of the eld package. The files are imported by their paths because the
 * `exports` of the package hide them.
 */
async function readEldData(): Promise<EldData> {
  const folders = createRequire(import.meta.url).resolve.paths('eld') ?? [];
  const eld = folders.map((folder) => join(folder, 'eld')).find((folder) => existsSync(folder));
  if (eld === undefined) throw new Error('The package eld is not installed: run `npm ci`.');
  const files = ['ngrams/small.js', 'avgScore.js', 'dictionary.js'];
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(eld, 'src', file)).href)),
  );
  return Object.assign({}, ...modules) as EldData;
}

if (import.meta.filename === process.argv[1]) {
  const params = { [constants.BROTLI_PARAM_LGWIN]: 22 };
  await writeFile(OUTPUT, brotliCompressSync(await buildTable(), { params }));
}
