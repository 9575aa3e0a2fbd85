import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { synthesize } from '../support/template.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const WORDS =
  'no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(
    ' ',
  );

const template = synthesize();
const countOf = (type: string) => Object.keys(template.findResources(type)).length;
const isDead = ([id]: [string, unknown]) => /Dead/.test(id);

it('README names how many streams, tables, buckets, queues, secrets and functions a deployment has', () => {
  const paragraph = /`deploy` creates ([^.]*)\./.exec(README)?.[1]?.replaceAll('\n', ' ');
  const queues = Object.entries(template.findResources('AWS::SQS::Queue'));
  const dead = queues.filter(isDead);
  expect(dead).toHaveLength(queues.length / 2);
  const counts = {
    'on-demand Kinesis streams': countOf('AWS::Kinesis::Stream'),
    'DynamoDB tables': countOf('AWS::DynamoDB::Table'),
    'S3 buckets': countOf('AWS::S3::Bucket'),
    'SQS queues with dead-letter queues': queues.length - dead.length,
    secrets: countOf('AWS::SecretsManager::Secret'),
    'Lambda functions': countOf('AWS::Lambda::Function'),
  };
  for (const [name, count] of Object.entries(counts)) {
    expect(paragraph).toContain(`${WORDS[count]} ${name}`);
  }
});
