import { expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { redactVersions } from '../../../../processors/stream/redact.ts';
import { distinctVersions } from '../../../../processors/stream/versions.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createTestRedaction } from '../../../fakes/privacy.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const NOW = Date.UTC(2026, 10, 23);
const records = (...texts: string[]) =>
  kinesisRecords(...texts.map((text, i) => ({ record_id: `r-${i}`, source: 's', text })));
const versionsOf = (events: ReturnType<typeof records>) => distinctVersions(decode(events).items);

it('a record waits if its personal data cannot be looked for, and the others do not', async () => {
  const redactRecord = createTestRedaction(
    {},
    {
      detector: {
        name: 'test',
        supports: () => true,
        detect: async (text) => {
          if (text === 'b') throw new ServiceError('comprehend', 'Away', { retryable: true });
          return { ok: true, findings: [] };
        },
      },
    },
  );
  const events = records('a', 'b', 'c');
  const context = aBatchContext();
  const { redacted } = await redactVersions(
    versionsOf(events),
    { privacy: { redactRecord }, now: () => NOW },
    context,
  );
  expect(redacted.map(({ item }) => item.record.text)).toEqual(['a', 'c']);
  expect(context.tally.report(events)).toMatchObject({
    failed: 1,
    failures: { 'privacy Away': 1 },
  });
});

it('records whose turn comes after the time of the analysis wait, but the first one never does', async () => {
  const events = records('a', 'b', 'c');
  const context = {
    ...aBatchContext(),
    analysis: { at: NOW, signal: new AbortController().signal },
  };
  const deps = { privacy: { redactRecord: createTestRedaction() }, now: () => NOW };
  const { redacted } = await redactVersions(versionsOf(events), deps, context);
  expect(redacted.map(({ item }) => item.record.text)).toEqual(['a']);
  expect(context.tally.report(events)).toMatchObject({ failures: { 'privacy OutOfTime': 2 } });
});

it('an error that is no failure of a service ends the batch', async () => {
  const redactRecord = async () => {
    throw new TypeError('bug');
  };
  const deps = { privacy: { redactRecord }, now: () => NOW };
  await expect(redactVersions(versionsOf(records('a')), deps, aBatchContext())).rejects.toThrow(
    'bug',
  );
});

it('a withdrawal is not searched', async () => {
  const events = kinesisRecords({ record_id: 'a', source: 's', deleted: true });
  const redactRecord = async () => {
    throw new TypeError('searched');
  };
  const deps = { privacy: { redactRecord }, now: () => NOW };
  const { redacted } = await redactVersions(versionsOf(events), deps, aBatchContext());
  expect(redacted).toHaveLength(1);
});
