/** The kinds of data that the first bytes of a file reveal. */
export type Kind = 'gzip' | 'zip' | 'zstd' | 'parquet' | { unreadable: string; advice: string };

const UNPACK = 'Unpack it first, and name the unpacked file.';
const EXPORT = 'Export it as CSV, JSONL, XLSX or Parquet, and name that file.';

const UNREADABLE: readonly [prefix: string, title: string, advice: string][] = [
  ['425a68', 'a bzip2 file', UNPACK],
  ['fd377a585a00', 'an xz file', UNPACK],
  ['377abcaf271c', 'a 7-Zip archive', UNPACK],
  ['526172211a07', 'a RAR archive', UNPACK],
  ['04224d18', 'an LZ4 file', UNPACK],
  ['d0cf11e0a1b11ae1', 'an Excel workbook of the old format (.xls)', 'Save it as .xlsx or CSV.'],
  ['4f626a01', 'an Avro file', EXPORT],
  ['4f5243', 'an ORC file', EXPORT],
  ['4152524f5731', 'an Arrow file', EXPORT],
  ['53514c69746520666f726d6174203300', 'an SQLite database', EXPORT],
  ['255044462d', 'a PDF', EXPORT],
  ['89504e47', 'a picture', EXPORT],
  ['ffd8ff', 'a picture', EXPORT],
  ['89484446', 'an HDF5 file', EXPORT],
  ['80049', 'a Python pickle', EXPORT],
];

/** Recognises packed and binary files by their first bytes. Returns undefined for text. */
export function identifyBytes(head: Buffer): Kind | undefined {
  const hex = head.subarray(0, 16).toString('hex');
  if (hex.startsWith('1f8b')) return 'gzip';
  if (/^504b(0304|0506|0708)/.test(hex)) return 'zip';
  if (hex.startsWith('28b52ffd')) return 'zstd';
  if (hex.startsWith('50415231')) return 'parquet';
  if (head.toString('latin1', 257, 262) === 'ustar') {
    return { unreadable: 'a tar archive', advice: UNPACK };
  }
  const found = UNREADABLE.find(([prefix]) => hex.startsWith(prefix));
  return found && { unreadable: found[1], advice: found[2] };
}
