import * as z from 'zod';
import { type Prefix, readPrefix } from './prefix.ts';

const boolean = z.union([z.boolean(), z.stringbool()]);

/**
 * Schema of `ExtendedS3DestinationConfiguration` in a resolved template. Numbers and booleans may
 * be written as strings.
 * Source of the limits:
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
 */
const destinationSchema = z.object({
  BucketARN: z.string().startsWith('arn:aws:s3:::'),
  RoleARN: z.string(),
  Prefix: z.string().default(''),
  ErrorOutputPrefix: z.string().default(''),
  BufferingHints: z
    .object({
      SizeInMBs: z.coerce.number().int().min(1).max(128).default(5),
      IntervalInSeconds: z.coerce.number().int().min(0).max(900).default(300),
    })
    .prefault({}),
  CompressionFormat: z.enum(['UNCOMPRESSED', 'GZIP']).default('UNCOMPRESSED'),
  FileExtension: z.string().optional(),
  DynamicPartitioningConfiguration: z
    .object({
      Enabled: boolean.refine(
        (on) => !on,
        'Dynamic partitioning is not emulated by the embedded Firehose: disable it',
      ),
    })
    .optional(),
  ProcessingConfiguration: z
    .object({
      Enabled: boolean.default(false),
      Processors: z
        .array(
          z.object({
            // A stream with another processor is refused, because other processors would change the
            // records.
            Type: z.literal('AppendDelimiterToRecord'),
            Parameters: z
              .array(z.object({ ParameterName: z.string(), ParameterValue: z.string() }))
              .default([]),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

export type DestinationConfiguration = z.input<typeof destinationSchema>;

/** The settings of a delivery stream that are needed to buffer and deliver records. */
export interface DeliveryStream {
  name: string;
  bucket: string;
  role_arn: string;
  prefix: Prefix;
  /** When a buffer reaches this size in bytes, its records are written to S3. */
  size_bytes: number;
  /** Maximum time that a record waits in a buffer, in milliseconds. */
  interval_ms: number;
  gzip: boolean;
  file_extension: string;
  /** String that is written after each record. */
  delimiter: string;
  /** Configuration that is returned by DescribeDeliveryStream. */
  configuration: z.output<typeof destinationSchema>;
}

const MIB = 1024 ** 2;

/**
 * Reads the configuration of a delivery stream.
 *
 * @throws {Error} if Firehose would refuse the configuration, or if the configuration is not
 * emulated
 */
export function readConfiguration(name: string, destination: unknown): DeliveryStream {
  if (!/^[\w-][\w.-]{0,63}$/.test(name))
    throw new Error(`Invalid delivery stream name ${name}: use 1 to 64 letters, digits and ._-`);
  const configuration = destinationSchema.parse(destination);
  void readPrefix(configuration.ErrorOutputPrefix, { for_errors: true });
  const { BufferingHints, ProcessingConfiguration } = configuration;
  const gzip = configuration.CompressionFormat === 'GZIP';
  return {
    name,
    bucket: configuration.BucketARN.slice('arn:aws:s3:::'.length),
    role_arn: configuration.RoleARN,
    prefix: readPrefix(configuration.Prefix),
    size_bytes: BufferingHints.SizeInMBs * MIB,
    interval_ms: BufferingHints.IntervalInSeconds * 1_000,
    gzip,
    file_extension: configuration.FileExtension ?? (gzip ? '.gz' : ''),
    delimiter: ProcessingConfiguration.Enabled
      ? readDelimiter(ProcessingConfiguration.Processors)
      : '',
    configuration,
  };
}

type ProcessorList = z.output<typeof destinationSchema>['ProcessingConfiguration']['Processors'];

/**
 * Reads the delimiter of the records. A line feed is written in the template as a backslash and the
 * letter n.
 */
function readDelimiter([processor]: ProcessorList): string {
  if (processor === undefined) return '';
  const given = processor.Parameters.find(({ ParameterName }) => ParameterName === 'Delimiter');
  return (given?.ParameterValue ?? '\\n')
    .replaceAll('\\n', '\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\t', '\t');
}
