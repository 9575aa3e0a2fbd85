import { expect, it } from 'vitest';
import { readConfiguration } from '../../../src/services/firehose/configuration.ts';

const LEAST = { BucketARN: 'arn:aws:s3:::b', RoleARN: 'arn:aws:iam::0:role/r' };

it("an empty configuration gets Firehose's defaults: 5 MiB, 300 s, no compression, no delimiter", () => {
  expect(readConfiguration('s', LEAST)).toMatchObject({
    bucket: 'b',
    size_bytes: 5 * 1024 ** 2,
    interval_ms: 300_000,
    gzip: false,
    delimiter: '',
  });
});

it.each([
  { BucketARN: 'b' },
  { BufferingHints: { SizeInMBs: 129 } },
  { BufferingHints: { IntervalInSeconds: 901 } },
  { CompressionFormat: 'Snappy' },
  { ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] } },
  { DynamicPartitioningConfiguration: { Enabled: true } },
  { ErrorOutputPrefix: '!{unknown:thing}' },
])('a configuration with %o is refused', (wrong) => {
  expect(() => readConfiguration('s', { ...LEAST, ...wrong })).toThrow();
});

it.each(['..', 'a/b', '', 'x'.repeat(65)])('a delivery stream cannot be named %j', (name) => {
  expect(() => readConfiguration(name, LEAST)).toThrow('Invalid delivery stream name');
});
