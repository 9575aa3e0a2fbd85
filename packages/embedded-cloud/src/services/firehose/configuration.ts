import * as z from 'zod';
import { type Prefix, readPrefix } from './prefix.ts';

const boolean = z.union([z.boolean(), z.stringbool()]);

/**
 * `ExtendedS3DestinationConfiguration` as a resolved template has it. Parameters arrive as text.
 * Limits: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
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
    .object({ Enabled: boolean.refine((on) => !on, 'Not played here') })
    .optional(),
  ProcessingConfiguration: z
    .object({
      Enabled: boolean.default(false),
      Processors: z
        .array(
          z.object({
            // Other processors would change what is delivered: better no stream than a wrong one.
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

/** A delivery stream as its records need it. */
export interface DeliveryStream {
  name: string;
  bucket: string;
  role_arn: string;
  prefix: Prefix;
  /** Bytes of a buffer that make it an object. */
  size_bytes: number;
  /** How long a buffer waits for more, in ms. */
  interval_ms: number;
  gzip: boolean;
  file_extension: string;
  /** Follows every record. */
  delimiter: string;
  /** As DescribeDeliveryStream gives it. */
  configuration: z.output<typeof destinationSchema>;
}

const MIB = 1024 ** 2;

/** @throws {Error} for a configuration that Firehose would refuse or the stand-in does not play */
export function readConfiguration(name: string, destination: unknown): DeliveryStream {
  if (!/^[\w-][\w.-]{0,63}$/.test(name))
    throw new Error(`A delivery stream cannot be called ${name}`);
  const configuration = destinationSchema.parse(destination);
  readPrefix(configuration.ErrorOutputPrefix, { for_errors: true });
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
      ? delimiterOf(ProcessingConfiguration.Processors)
      : '',
    configuration,
  };
}

type Processors = z.output<typeof destinationSchema>['ProcessingConfiguration']['Processors'];

/** The template spells a line feed as a backslash and an n. */
function delimiterOf([processor]: Processors): string {
  if (processor === undefined) return '';
  const given = processor.Parameters.find(({ ParameterName }) => ParameterName === 'Delimiter');
  return (given?.ParameterValue ?? '\\n')
    .replaceAll('\\n', '\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\t', '\t');
}
