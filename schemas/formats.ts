interface FormatFacts {
  /** Name of the format in help texts, for example `JSONL`. */
  title: string;
  description: string;
  /**
   * Endings of file names in lower case, starting with the most common ending. `.gz`, `.zip` or
   * `.zst` may follow each ending.
   */
  endings: readonly [string, ...string[]];
  content_type: string;
}

/**
 * The file formats that the command `ingest` and jobs can read. The API, the command line, the keys
 * of uploads and the help texts are derived from this table. Each format needs a reader in
 * `ingest/sources/readers.ts`. If a reader is missing, `readers.ts` does not compile.
 */
export const FORMATS = {
  jsonl: {
    title: 'JSONL',
    description: 'one JSON object per line',
    endings: ['.jsonl', '.ndjson'],
    content_type: 'application/x-ndjson',
  },
  json: {
    title: 'JSON',
    description: 'an array of JSON objects, or objects one after the other',
    endings: ['.json'],
    content_type: 'application/json',
  },
  csv: {
    title: 'CSV',
    description: 'comma-separated values below a header line',
    endings: ['.csv'],
    content_type: 'text/csv',
  },
  tsv: {
    title: 'TSV',
    description: 'tab-separated values below a header line, quoted as in CSV',
    endings: ['.tsv'],
    content_type: 'text/tab-separated-values',
  },
  text: {
    title: 'plain text',
    description: 'one text per line',
    endings: ['.txt', '.log'],
    content_type: 'text/plain',
  },
  xlsx: {
    title: 'XLSX',
    description: 'a sheet of an Excel workbook, below a header line',
    endings: ['.xlsx', '.xlsm'],
    content_type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
  parquet: {
    title: 'Parquet',
    description: 'a table in Apache Parquet',
    endings: ['.parquet'],
    content_type: 'application/vnd.apache.parquet',
  },
} as const satisfies Record<string, FormatFacts>;

export type Format = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as [Format, ...Format[]];

/** A packed file can be packed again, as in `reviews.csv.zip.gz`. */
const PACKED_ENDING = /(\.(gz|zip|zst))+$/i;

/**
 * Returns the format of a file according to the ending of its name. Returns undefined if no format
 * has the ending.
 */
export function detectFormat(file_name: string): Format | undefined {
  return FORMAT_NAMES.find((format) => endingOf(file_name, format) !== undefined);
}

/**
 * Removes each `.gz`, `.zip` or `.zst` from the end of a file name, and then the ending of a format.
 * For example, `reviews.csv.gz` becomes `reviews`. An ending that belongs to no format is not removed.
 */
export function withoutFormatEnding(file_name: string): string {
  const stem = withoutPackedEnding(file_name);
  const format = detectFormat(stem);
  const ending = format === undefined ? undefined : endingOf(stem, format);
  return ending === undefined ? stem : stem.slice(0, -ending.length);
}

function endingOf(file_name: string, format: Format): string | undefined {
  const name = withoutPackedEnding(file_name).toLowerCase();
  return FORMATS[format].endings.find((ending) => name.endsWith(ending));
}

function withoutPackedEnding(file_name: string): string {
  return file_name.replace(PACKED_ENDING, '');
}

/** The list of formats that help texts show. The value begins with `JSONL, JSON, CSV`. */
export const FORMAT_TITLES = listWithOr(FORMAT_NAMES.map((format) => FORMATS[format].title));

/**
 * The text that describes all formats in the API's documentation. The text begins with the words
 * `jsonl: one JSON object per line`.
 */
export const FORMAT_DESCRIPTIONS = FORMAT_NAMES.map(
  (format) => `${format}: ${FORMATS[format].description}`,
).join('; ');

function listWithOr(items: string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(items);
}
