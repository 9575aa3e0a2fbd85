import * as z from 'zod';
import { FORMAT_NAMES } from './formats.ts';
import { isTimeZone } from './time.ts';

/** Names for delimiters that are hard to type. */
const DELIMITER_NAMES: Record<string, string> = {
  ...{ tab: '\t', '\\t': '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ' },
};

const sign = z
  .string()
  .transform((given) => DELIMITER_NAMES[given.toLowerCase()] ?? given)
  .refine((given) => given.length === 1 && given < '\x7f' && !/[\r\n\w]/.test(given), {
    error: 'must be one sign of ASCII, or tab, comma, semicolon, pipe or space',
  });

const columnName = z.string().min(1).max(256);

/**
 * How to read a file. Every option is optional, because the file itself shows its format, its
 * encoding, its delimiter and its columns. Names of columns are compared without case. A column may
 * be a path to a nested value, such as `user.name`.
 */
export const fileOptionsSchema = z.strictObject({
  format: z.enum(FORMAT_NAMES, { error: `must be one of ${FORMAT_NAMES.join(', ')}` }).optional(),
  encoding: z
    .string()
    .max(40)
    .optional()
    .describe('Encoding of the text, such as windows-1252; UTF-8 and UTF-16 are recognised.'),
  delimiter: sign.optional().describe('Sign between cells; by default, it is recognised.'),
  quote: sign.optional().describe('Quote around cells; by default ".'),
  escape: sign.optional().describe('Sign before a quote within a cell, such as \\.'),
  columns: z
    .array(columnName)
    .min(1)
    .max(1_000)
    .optional()
    .describe('Names of the columns of a file without a header.'),
  member: z.string().max(512).optional().describe('A file of a zip archive, or a sheet.'),
  records: z.string().max(256).optional().describe('Path of the array that holds the records.'),
  text_field: columnName.optional().describe('Column of the text; by default text.'),
  id_field: columnName.optional().describe('Column of the identity of a record.'),
  time_field: columnName.optional().describe('Column of the time of a record.'),
  language_field: columnName.optional().describe('Column of the language of a text.'),
  map: z
    .record(z.string().min(1).max(64), columnName)
    .optional()
    .describe('Columns by the field of a record, or the attribute, that they become.'),
  date_format: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('day-first, month-first or a pattern such as dd.MM.yyyy HH:mm.'),
  time_zone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .optional()
    .describe('Time zone of dates without a zone, such as Europe/Berlin; by default UTC.'),
});
export type FileOptions = z.infer<typeof fileOptionsSchema>;

/** The options of a job's upload. The format has a field of its own. */
export const uploadOptionsSchema = fileOptionsSchema.omit({ format: true });
export type UploadOptions = z.infer<typeof uploadOptionsSchema>;

/** The target of a column: a field of the record, or an attribute. */
const columnSchema = z.object({
  name: z.string(),
  becomes: z.string().describe('A field of a record, or `attributes.NAME`.'),
});

/** Everything that the first look at a file has found out. `ingest --dry-run` prints it. */
const fileDescriptionSchema = z.object({
  packing: z.array(z.enum(['gzip', 'zip', 'zstd'])).describe('How the file is packed.'),
  member: z.string().optional().describe('The file of the archive, or the sheet, that is read.'),
  format: z.enum(FORMAT_NAMES),
  encoding: z.string().optional(),
  delimiter: z.string().optional(),
  header_line: z.int().optional().describe('Line of the header. Absent without a header.'),
  records: z.string().optional().describe('Path of the array that holds the records.'),
  time_zone: z.string().describe('Time zone of dates without a zone.'),
  columns: z.array(columnSchema),
  notes: z.array(z.string()).describe('What the user may want to know or to change.'),
});
export type FileDescription = z.infer<typeof fileDescriptionSchema>;
