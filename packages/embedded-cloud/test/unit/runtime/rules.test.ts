import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { queueSpecs } from '../../../src/runtime/queues.ts';
import { matchesPattern, readPattern } from '../../../src/runtime/rules/pattern.ts';
import { startRules } from '../../../src/runtime/rules/rules.ts';
import { loadAssembly, type TemplateResource } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { createQueueStore } from '../../../src/services/sqs/store.ts';
import { writeAssembly } from '../../support/assembly.ts';

const matches = (pattern: object, event: Record<string, unknown>) =>
  matchesPattern(readPattern(pattern), event);
const arrived = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'inputs' }, object: { key: 'jobs/1', size: 7 } },
};
const key = (...wanted: unknown[]) => ({ detail: { object: { key: wanted } } });

test.each<[string, object, boolean]>([
  ['nothing', {}, true],
  ['an exact value', { source: ['aws.s3'] }, true],
  ['another value', { source: ['aws.ec2'] }, false],
  ['one of several values', { source: ['aws.ec2', 'aws.s3'] }, true],
  ['none of several values', { source: ['aws.ec2', 'aws.sqs'] }, false],
  ['letters of another case', { source: ['AWS.S3'] }, false],
  ['a part of a value', { source: ['aws'] }, false],
  ['an empty list', { source: [] }, false],
  ['several fields that fit', { source: ['aws.s3'], ...key('jobs/1') }, true],
  ['several fields of which one does not fit', { source: ['aws.s3'], ...key('other') }, false],
  ['a prefix', key({ prefix: 'jobs/' }), true],
  ['the whole value as a prefix', key({ prefix: 'jobs/1' }), true],
  ['a longer prefix', key({ prefix: 'jobs/12' }), false],
  ['another prefix', key({ prefix: 'obs/' }), false],
  ['a prefix or a value', key('other', { prefix: 'jobs/' }), true],
  ['a prefix of a number', { detail: { object: { size: [{ prefix: '7' }] } } }, false],
  ['a number as text', { detail: { object: { size: ['7'] } } }, false],
  ['a field that is not there', { region: ['us-east-1'] }, false],
  ['a field inside a text', { source: { name: ['aws.s3'] } }, false],
  ['a field inside nothing', { region: { name: ['us-east-1'] } }, false],
  ['a text where fields are', { detail: ['inputs'] }, false],
  ['a property that every object inherits', { constructor: { name: ['Object'] } }, false],
])('a pattern with %s matches as EventBridge does', (_case, pattern, is_match) => {
  expect(matches(pattern, arrived)).toBe(is_match);
});

const event = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.oneof(
    fc.string(),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string(), { minKeys: 1 }),
  ),
  { minKeys: 1 },
);
type Event = Record<string, string | Record<string, string>>;
const patternOf = (of: Event, leaf: (value: string) => unknown[]): object =>
  Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      name,
      typeof value === 'string' ? leaf(value) : patternOf(value, leaf),
    ]),
  );

test('a pattern that was made of an event matches it, also with more fields', () => {
  fc.assert(
    fc.property(event, fc.string(), (one, other) => {
      const more = { ...one, MORE: other };
      for (const leaf of [
        (value: string) => [value],
        (value: string) => [other, value],
        (value: string) => [{ prefix: value }],
        (value: string) => [{ prefix: value.slice(0, value.length / 2) }],
      ]) {
        expect(matches(patternOf(one, leaf), one)).toBe(true);
        expect(matches(patternOf(one, leaf), more)).toBe(true);
        expect(matches({ ...patternOf(one, leaf), MORE: [other] }, one)).toBe(false);
      }
    }),
  );
});

test('a pattern of longer values does not match shorter ones', () => {
  fc.assert(
    fc.property(event, fc.string({ minLength: 1 }), (one, suffix) => {
      expect(
        matches(
          patternOf(one, (value) => [value + suffix]),
          one,
        ),
      ).toBe(false);
      expect(
        matches(
          patternOf(one, (value) => [{ prefix: value + suffix }]),
          one,
        ),
      ).toBe(false);
    }),
  );
});

test.each<[string, unknown]>([
  ['a suffix', { source: [{ suffix: 's3' }] }],
  ['numbers', { detail: { size: [{ numeric: ['>', 0] }] } }],
  ['an anything-but operator', { source: [{ 'anything-but': 'aws.ec2' }] }],
  ['an exists operator', { source: [{ exists: true }] }],
  ['a prefix and more', { source: [{ prefix: 'aws', suffix: 's3' }] }],
  ['a prefix of any case', { source: [{ prefix: { 'equals-ignore-case': 'AWS' } }] }],
  ['a number', { detail: { size: [7] } }],
  ['null', { source: [null] }],
  ['one of two patterns', { $or: [{ source: ['aws.s3'] }, { source: ['aws.ec2'] }] }],
  ['a value that is in no list', { source: 'aws.s3' }],
  ['no fields', 'aws.s3'],
  ['a list', [{ source: ['aws.s3'] }]],
  ['null alone', null],
])('a pattern with %s is refused', (_case, pattern) => {
  expect(() => readPattern(pattern)).toThrow('EventPattern');
});

const QUEUE_ARN = { 'Fn::GetAtt': ['Queue', 'Arn'] };
const rule = (properties: object): TemplateResource => ({
  Type: 'AWS::Events::Rule',
  Properties: { Targets: [{ Id: 'queue', Arn: QUEUE_ARN }], ...properties },
});
const policy = (statement: object = {}): TemplateResource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: 'Queue' }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: QUEUE_ARN,
          ...statement,
        },
      ],
    },
  },
});
const bucket = (EventBridgeEnabled?: boolean): TemplateResource => ({
  Type: 'AWS::S3::Bucket',
  Properties: {
    ...(EventBridgeEnabled === undefined
      ? {}
      : {
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled } },
        }),
  },
});
const RESOURCES = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  QueuePolicy: policy(),
};

const ended: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ended.splice(0)) await end();
});

/**
 * Starts the rules of a template. The function `listSent` returns the messages that the rules sent
 * to the queue `jobs`.
 */
async function start(resources: Record<string, TemplateResource>) {
  const directory = await writeAssembly({ Resources: { ...RESOURCES, ...resources } });
  const folder = await mkdtemp(join(tmpdir(), 'embedded-cloud-rules-'));
  ended.push(() => rm(directory, { recursive: true }));
  ended.push(() => rm(folder, { recursive: true }));
  const stack = createStack(await loadAssembly(directory));
  const path = join(folder, 'queues.json');
  const queues = createQueueStore({ path, specs: queueSpecs(stack), now: Date.now });
  const invoked: unknown[] = [];
  const invokeFunction = (_arn: string, payload: string) => invoked.push(JSON.parse(payload));
  const rules = startRules({ stack, queues, invokeFunction, now: Date.now });
  ended.push(() => rules.stop());
  const listSent = () =>
    queues
      .byName('jobs')!
      .listMessages()
      .map(({ body }) => JSON.parse(body));
  return { stack, rules, listSent, invoked };
}

const on = (EventPattern: object) => rule({ EventPattern });
const object = (of: string, name: string) => ({
  bucket: of,
  key: name,
  size: 7,
  etag: 'abc',
  reason: 'PutObject',
});

test('a rule sends the event of a matching object to its queue, as EventBridge does', async () => {
  const { stack, rules, listSent } = await start({
    Inputs: bucket(true),
    Rule: on({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'Inputs' }] }, object: { key: [{ prefix: 'jobs/' }] } },
    }),
  });
  const name = stack.resource('Inputs').physical_id;
  rules.onObjectCreated(object(name, 'jobs/a b+ü'));
  rules.onObjectCreated(object(name, 'other/1'));
  expect(listSent()).toEqual([
    expect.objectContaining({
      version: '0',
      source: 'aws.s3',
      'detail-type': 'Object Created',
      account: '000000000000',
      region: 'us-east-1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      resources: [`arn:aws:s3:::${name}`],
      detail: expect.objectContaining({
        bucket: { name },
        object: expect.objectContaining({ key: 'jobs/a b+ü', size: 7, etag: 'abc' }),
        reason: 'PutObject',
      }),
    }),
  ]);
});

// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
test('a dead-letter queue of a target needs a policy that lets EventBridge send to it', async () => {
  const withDeadLetters = (name: string) => {
    const DeadLetterConfig = { Arn: { 'Fn::GetAtt': [name, 'Arn'] } };
    const Targets = [{ Id: 'queue', Arn: QUEUE_ARN, DeadLetterConfig }];
    return rule({ ScheduleExpression: 'rate(1 minute)', Targets });
  };
  const Closed = { Type: 'AWS::SQS::Queue' };
  await expect(start({ Closed, Rule: withDeadLetters('Closed') })).rejects.toThrow(
    'has no policy that lets events.amazonaws.com send to it',
  );
  const { rules, listSent } = await start({ Rule: withDeadLetters('Queue') });
  rules.fire();
  expect(listSent()).toHaveLength(1);
});

test('a rule gets events only from buckets that enable them', async () => {
  const { stack, rules, listSent } = await start({
    Silent: bucket(),
    Off: bucket(false),
    On: bucket(true),
    Rule: on({ source: ['aws.s3'] }),
  });
  const names = ['Silent', 'Off', 'On'].map((id) => stack.resource(id).physical_id);
  for (const name of names) rules.onObjectCreated(object(name, 'a'));
  expect(listSent().map(({ detail }) => detail.bucket.name)).toEqual([names[2]]);
});

test('the input of a target replaces the event', async () => {
  const { stack, rules, listSent } = await start({
    On: bucket(true),
    Rule: rule({
      EventPattern: { source: ['aws.s3'] },
      Targets: [{ Id: 'queue', Arn: QUEUE_ARN, Input: '{"kind":"look"}' }],
    }),
  });
  rules.onObjectCreated(object(stack.resource('On').physical_id, 'a'));
  expect(listSent()).toEqual([{ kind: 'look' }]);
});

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(1 hour)', 3_600_000],
  ['rate(2 days)', 172_800_000],
])(
  'the schedule %s fires after its period, and again, until it is stopped',
  async (expression, every_ms) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const { rules, listSent } = await start({ Sweep: rule({ ScheduleExpression: expression }) });
    vi.advanceTimersByTime(every_ms - 1);
    expect(listSent()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(listSent()).toMatchObject([
      { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
    ]);
    vi.advanceTimersByTime(every_ms);
    expect(listSent()).toHaveLength(2);
    rules.stop();
    vi.advanceTimersByTime(every_ms * 2);
    expect(listSent()).toHaveLength(2);
  },
);

test('fire() fires the schedules whose name contains the text', async () => {
  const input = (kind: string) => ({
    ScheduleExpression: 'rate(1 day)',
    Targets: [{ Id: 'queue', Arn: QUEUE_ARN, Input: JSON.stringify({ kind }) }],
  });
  const { rules, listSent } = await start({
    Sweep: rule({ Name: 'sweep-jobs', ...input('sweep') }),
    Report: rule({ Name: 'report', ...input('report') }),
    Object: rule({ Name: 'object', EventPattern: { source: ['aws.s3'] } }),
  });
  expect(rules.fire('sweep')).toEqual(['sweep-jobs']);
  expect(rules.fire('object')).toEqual([]);
  expect(rules.fire()).toEqual(['sweep-jobs', 'report']);
  expect(listSent()).toEqual([{ kind: 'sweep' }, { kind: 'sweep' }, { kind: 'report' }]);
});

test('a disabled schedule does not fire', async () => {
  const { rules } = await start({
    Sweep: rule({ ScheduleExpression: 'rate(1 day)', State: 'DISABLED' }),
  });
  expect(rules.fire()).toEqual([]);
});

const FUNCTION_TARGETS = [{ Id: 'f', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' }];
const permission = (properties: object = {}): TemplateResource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    ...{ Action: 'lambda:InvokeFunction', FunctionName: 'f', Principal: 'events.amazonaws.com' },
    ...properties,
  },
});

// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
test('a rule invokes a function whose permission lets the rule invoke it', async () => {
  const { rules, invoked } = await start({
    Sweep: rule({ ScheduleExpression: 'rate(1 minute)', Targets: FUNCTION_TARGETS }),
    Permission: permission({ SourceArn: { 'Fn::GetAtt': ['Sweep', 'Arn'] } }),
  });
  rules.fire();
  expect(invoked).toMatchObject([{ source: 'aws.events', 'detail-type': 'Scheduled Event' }]);
});

const schedule = rule({ ScheduleExpression: 'rate(1 day)' });
const source = (of: string) => ({
  Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [of, 'Arn'] } } },
});

test.each<[string, Record<string, TemplateResource>, string]>([
  [
    'whose schedule is not a rate',
    { Sweep: rule({ ScheduleExpression: 'cron(0 * * * ? *)' }) },
    'Use rate(…).',
  ],
  [
    'whose schedule is longer than a timer',
    { Sweep: rule({ ScheduleExpression: 'rate(25 days)' }) },
    'Use 1 minute to 24 days.',
  ],
  [
    'whose schedule is 0 minutes',
    { Sweep: rule({ ScheduleExpression: 'rate(0 minutes)' }) },
    'Use 1 minute to 24 days.',
  ],
  [
    'whose pattern is not emulated',
    { Sweep: rule({ EventPattern: { source: [{ suffix: 's3' }] } }) },
    'Use exact strings',
  ],
  [
    'whose target is neither a queue nor a function',
    { Sweep: rule({ Targets: [{ Id: 't', Arn: 'arn:aws:sns:us-east-1:0:topic' }] }) },
    'Use a queue or a function.',
  ],
  [
    'whose function lets no service invoke it',
    { Sweep: rule({ Targets: FUNCTION_TARGETS }) },
    'has no permission that lets events.amazonaws.com invoke it',
  ],
  [
    'whose function lets another service invoke it',
    {
      Sweep: rule({ Targets: FUNCTION_TARGETS }),
      Permission: permission({ Principal: 's3.amazonaws.com' }),
    },
    'has no permission',
  ],
  [
    'whose function lets another rule invoke it',
    {
      ...{
        Sweep: rule({ Targets: FUNCTION_TARGETS }),
        Other: rule({ ScheduleExpression: 'rate(1 day)' }),
      },
      Permission: permission({ SourceArn: { 'Fn::GetAtt': ['Other', 'Arn'] } }),
    },
    'has no permission',
  ],
  [
    'whose target has a field that is not emulated',
    { Sweep: rule({ Targets: [{ Id: 'q', Arn: QUEUE_ARN, InputPath: '$.detail' }] }) },
    'InputPath of a target',
  ],
  [
    'whose queue lets no service send',
    { Sweep: schedule, QueuePolicy: policy({ Effect: 'Deny' }) },
    'has no policy',
  ],
  [
    'whose queue lets another service send',
    { Sweep: schedule, QueuePolicy: policy({ Principal: { Service: 's3.amazonaws.com' } }) },
    'has no policy',
  ],
  [
    'whose queue lets another rule send',
    { Sweep: schedule, Other: schedule, QueuePolicy: policy(source('Other')) },
    'has no policy',
  ],
])('a template is refused %s', async (_case, resources, why) => {
  await expect(start(resources)).rejects.toThrow(why);
});

test('a template is accepted whose queue lets this rule send', async () => {
  const { rules } = await start({
    Sweep: rule({ Name: 'sweep', ScheduleExpression: 'rate(1 day)' }),
    QueuePolicy: policy(source('Sweep')),
  });
  expect(rules.fire()).toEqual(['sweep']);
});
