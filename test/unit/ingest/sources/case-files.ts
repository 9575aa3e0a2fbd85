import type { FileOptions } from '../../../../schemas/index.ts';

/** The outcome that a file of test/fixtures/files must have. */
export interface FileCase {
  file: string;
  options?: FileOptions;
  /** Texts of the records, or their number. */
  texts?: string[] | number;
  /** Refused rows with line and reason. */
  refused?: string[];
  /** Fields of the first record. */
  first?: object;
  adjustments?: Record<string, number>;
  /** A part of the first line of the error, and of the advice below it. */
  error?: [problem: string, advice: string];
}

const KETTLE = ['The kettle boils fast', 'Lid broke'];
const PROSE = [
  'The kettle boils fast and looks lovely',
  'Lid broke after two days, very disappointed',
  'It is a kettle',
];
const TRES_DECU = ['Très déçu de la qualité', 'Très bien emballé'];

/** Files that reproduce what users met: see the name of each file. */
export const FILE_CASES: FileCase[] = [
  { file: 'C01-utf8-bom-crlf.csv', texts: KETTLE, refused: [] },
  {
    file: 'C02-semicolon-excel-de.csv',
    texts: ['Der Wasserkocher ist super', 'Deckel kaputt, sehr enttäuscht'],
    first: { source: 'shop', attributes: { sterne: '5' } },
  },
  {
    file: 'C02b-semicolon-quoted.csv',
    texts: ['Der Wasserkocher ist super; schnell', 'Deckel kaputt'],
  },
  { file: 'C03-tab.tsv', texts: KETTLE },
  { file: 'C03b-tab.csv', texts: KETTLE },
  { file: 'C04-latin1.csv', error: ['line 2, byte 3', '--encoding windows-1252'] },
  { file: 'C04-latin1.csv', options: { encoding: 'latin1' }, texts: TRES_DECU },
  { file: 'C05-cp1252-quotes.csv', error: ['line 2, byte 6', '--encoding windows-1252'] },
  {
    file: 'C05-cp1252-quotes.csv',
    options: { encoding: 'cp1252' },
    texts: ['I don’t like it – really', 'Price 5 € fine'],
  },
  { file: 'C06-utf16le-bom.csv', texts: KETTLE },
  {
    file: 'C07-embedded-newlines.csv',
    texts: ['Line one\nline two, with comma\n\nand "quotes"', 'plain'],
  },
  {
    file: 'C08-stray-quote.csv',
    texts: ['The 15" screen is gorgeous', 'All fine'],
    refused: ['3: has a quote within a quoted cell'],
  },
  {
    file: 'C09-unclosed-quote.csv',
    texts: ['second row is fine', 'third row is fine'],
    refused: ['2: has a quote that is not closed'],
  },
  {
    file: 'C10-backslash-quote.csv',
    texts: ['fine'],
    refused: ["2: has a quote within a quoted cell; if \\ escapes quotes, use --escape '\\'"],
  },
  {
    file: 'C10-backslash-quote.csv',
    options: { escape: '\\' },
    texts: ['He said "great" and left', 'fine'],
  },
  { file: 'C11-extra-comma.csv', texts: ['fine'], refused: ['2: has 4 columns, the header has 2'] },
  { file: 'C12-trailing-comma-header.csv', texts: ['Great', 'Bad'] },
  { file: 'C13-short-rows.csv', texts: ['Great', 'Bad'] },
  { file: 'C14-no-header.csv', error: ['line 1 is not a header', '--columns c1,text'] },
  {
    file: 'C14-no-header.csv',
    options: { columns: ['stars', 'text'] },
    texts: KETTLE,
    first: { attributes: { stars: '5' } },
  },
  {
    file: 'C15-dup-header.csv',
    texts: ['Great kettle'],
    first: { attributes: { text: 'Second text column' } },
  },
  { file: 'C16-header-case.csv', texts: ['Great kettle'], first: { source: 'shop' } },
  { file: 'C17-header-quoted-space.csv', texts: ['Great kettle'], first: { source: 'shop' } },
  { file: 'C18-amazon-kaggle.csv', texts: 2 },
  {
    file: 'C18-amazon-kaggle.csv',
    options: { id_field: 'id', time_field: 'time' },
    texts: 2,
    first: { record_id: '1', created_at: '2011-04-27T00:00:00.000Z' },
  },
  {
    file: 'C19-app-store.csv',
    error: ['no column `text`', "--text-field Review --id-field 'Review ID' --time-field Date"],
  },
  {
    file: 'C19-app-store.csv',
    options: { text_field: 'Review', id_field: 'Review ID', time_field: 'Date' },
    texts: ['Crashes on start', 'Love it'],
    first: { record_id: '901', created_at: '2026-11-01T00:00:00Z' },
    adjustments: { 'Reply dropped: expected at most 1024 characters': 1 },
  },
  {
    file: 'C20-google-play.csv',
    error: ['no column `text`', '--text-field content --id-field reviewId --time-field at'],
  },
  {
    file: 'C20-google-play.csv',
    options: { text_field: 'content', id_field: 'reviewId', time_field: 'at' },
    texts: ['App bahut slow hai', 'Works great'],
    first: { record_id: 'gp:AOqp1', created_at: '2026-11-01T10:22:31Z' },
  },
  {
    file: 'C21-twitter-cols.csv',
    texts: ['love the new phone', 'worst update ever'],
    first: {
      created_at: '2026-11-09T20:00:00+00:00',
      attributes: { source: 'Twitter for iPhone' },
    },
    adjustments: { 'source kept: expected the name of a source': 2 },
  },
  { file: 'C22-language-name.csv', texts: 2, first: { language: 'en' } },
  {
    file: 'C23-url-na.csv',
    texts: 3,
    first: { attributes: { url: 'N/A' } },
    adjustments: { 'url kept: expected a URL': 2 },
  },
  {
    file: 'C24-40-columns.csv',
    texts: ['Great kettle'],
    adjustments: { 'attributes dropped: expected at most 32 attributes': 8 },
  },
  {
    file: 'C25-created-at-dates.csv',
    texts: 5,
    first: { created_at: '2026-11-01T00:00:00Z' },
    adjustments: { 'created_at kept: expected a date in a known form': 1 },
  },
  {
    file: 'C25-created-at-dates.csv',
    options: { date_format: 'month-first' },
    texts: 5,
    adjustments: {},
  },
  {
    file: 'C26-nan-empty.csv',
    texts: ['nan', 'NULL', '   ', 'Great kettle'],
    refused: ['3: text is required'],
  },
  {
    file: 'C27-cjk-headers.csv',
    error: ['no column `text`', '--text-field 评论 --time-field 时间'],
  },
  {
    file: 'C27-cjk-headers.csv',
    options: { text_field: '评论', time_field: '时间' },
    texts: 2,
    first: { created_at: '2026-11-01T00:00:00Z', attributes: { 评分: '5' } },
  },
  { file: 'C28-nul-bytes.csv', texts: ['Great\0 kettle', 'Bad one'] },
  { file: 'C29-cr-only-mac.csv', texts: ['Great kettle', 'Bad one'] },
  { file: 'C30-sep-line.csv', texts: ['Great kettle'] },
  { file: 'C31-preamble.csv', texts: ['Great kettle'], first: { attributes: { stars: '5' } } },
  {
    file: 'C32-formula-injection.csv',
    texts: ['=HYPERLINK("http://x.example","Great")', "'+1 great"],
  },
  { file: 'C33-dup-record-id.csv', texts: 3 },
  { file: 'C34-pandas-index.csv', texts: ['Great kettle', 'Bad one'] },
  {
    file: 'C35-single-quote-csv.csv',
    texts: ["'Bad'"],
    refused: ['2: has 3 columns, the header has 2'],
  },
  { file: 'C35-single-quote-csv.csv', options: { quote: "'" }, texts: ['Great, kettle', 'Bad'] },
  { file: 'C36-pipe.csv', texts: ['Great kettle'] },
  { file: 'C37-empty.csv', error: ['is empty', 'again'] },
  { file: 'C38-header-only.csv', texts: [] },
  { file: 'C39-html.csv', error: ['is a web page', 'download'] },
  { file: 'C40-lfs-pointer.csv', error: ['pointer of Git LFS', 'git lfs pull'] },
  {
    file: 'C41-record-version-app.csv',
    texts: 3,
    first: { deleted: false, attributes: { record_version: '2.1' } },
    adjustments: { 'record_version kept: expected a whole number': 1 },
  },
  { file: 'C42-stray-quote-late.csv', texts: 1_511, refused: [] },
  {
    file: 'C43-export-monday.csv',
    options: { id_field: 'id' },
    texts: 3,
    first: { record_id: '3' },
  },
  {
    file: 'C44-export-tuesday-newest-first.csv',
    options: { id_field: 'id' },
    texts: 4,
    first: { record_id: '4' },
  },
  { file: 'C45-stray-quote-20001.csv', texts: 20_011, refused: [] },
  { file: 'J01-array-one-line.json', texts: KETTLE },
  { file: 'J02-array-pretty.json', texts: KETTLE },
  { file: 'J03-nested-key.json', texts: KETTLE },
  { file: 'J04-nested-text.jsonl', error: ['no column `text`', '--text-field review.body'] },
  { file: 'J04-nested-text.jsonl', options: { text_field: 'review.body' }, texts: KETTLE },
  {
    file: 'J05-amazon2018.jsonl',
    error: ['no column `text`', '--text-field reviewText --time-field reviewTime'],
  },
  {
    file: 'J05-amazon2018.jsonl',
    options: { text_field: 'reviewText', time_field: 'reviewTime' },
    texts: PROSE,
    first: { created_at: '2016-09-01T00:00:00Z', attributes: { overall: 5, verified: true } },
  },
  {
    file: 'J06-tweet-v1.jsonl',
    error: ['no column `text`', '--text-field full_text --id-field id_str --language-field lang'],
  },
  {
    file: 'J06-tweet-v1.jsonl',
    options: { text_field: 'full_text', id_field: 'id', language_field: 'lang' },
    texts: PROSE,
    first: {
      record_id: '1590000000000000001',
      created_at: '2026-11-09T20:00:00+00:00',
      language: 'en',
    },
  },
  { file: 'J07-tweet-v2.jsonl', error: ['no column `text`', '--text-field data.text'] },
  {
    file: 'J07-tweet-v2.jsonl',
    options: { text_field: 'data.text', id_field: 'data.id', time_field: 'data.created_at' },
    texts: PROSE,
    first: { record_id: '1590000000000000001', created_at: '2026-11-09T20:00:00.000Z' },
  },
  { file: 'J08-trailing-commas.jsonl', texts: KETTLE },
  { file: 'J09-bom.jsonl', texts: KETTLE },
  { file: 'J10-utf16.jsonl', texts: KETTLE },
  { file: 'J11-nulls.jsonl', texts: KETTLE, adjustments: {} },
  { file: 'J12-numeric-id.jsonl', texts: KETTLE, first: { record_id: '0' } },
  { file: 'J13-ls-in-text.jsonl', texts: ['Great\u2028kettle'] },
  { file: 'J14-concatenated-no-newline.jsonl', texts: KETTLE },
  { file: 'J15-python-repr.jsonl', error: ['Python literals', 'json.dumps'] },
  { file: 'J16-NaN.jsonl', texts: ['Great kettle'] },
  { file: 'J17-text-list.txt', error: ['line 1 is not a header', '--format text'] },
  { file: 'J17-text-list.txt', options: { format: 'text' }, texts: ['Great kettle', 'Lid broke'] },
  { file: 'J18-lone-surrogate.jsonl', texts: ['Great \ud83d'] },
  {
    file: 'J19-scalars.jsonl',
    texts: [],
    refused: [1, 2].map((line) => `${line}: is a JSON string, not a JSON object`),
  },
  { file: 'J20-record-separator.json', texts: KETTLE },
  { file: 'Z01.jsonl.gz', texts: 2 },
  { file: 'Z02-multimember.jsonl.gz', texts: 2 },
  { file: 'Z03-gz-without-ending.jsonl', texts: 2 },
  { file: 'Z04-not-gz.jsonl.gz', texts: 2 },
  {
    file: 'Z05-truncated.jsonl.gz',
    texts: [],
    refused: ['1: the gzip data is damaged or ends early: this line and all behind it are missing'],
  },
  { file: 'Z06.jsonl.bz2', error: ['is a bzip2 file', 'Unpack it first'] },
  { file: 'Z07.zip', texts: ['Great kettle'] },
  {
    file: 'Z08-book.xlsx',
    error: ['is an Excel workbook without a sheet', 'save the sheet as CSV'],
  },
  { file: 'Z09.parquet', error: ['is damaged or cut off', 'again'] },
  { file: 'Z10.jsonl.zst', error: ['zstd', 'again|Unpack it first'] },
  { file: 'Z11.csv.gz', texts: ['Great kettle'] },
  { file: 'Z12.CSV.GZ', texts: ['Great kettle'] },
];
