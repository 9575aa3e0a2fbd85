import { expect, it } from 'vitest';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import { analyseVersions } from '../../../../processors/stream/analyse.ts';
import { decode, setAsideOf } from '../../../../processors/stream/decode/decode.ts';
import { redactVersions } from '../../../../processors/stream/redact.ts';
import { distinctVersions } from '../../../../processors/stream/versions.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

/** An analysis in which no text can be paid. */
const analyse: Analyse = async function* (requests) {
  yield requests.map((request) => [
    request,
    {
      ...{ status: 'failed', code: 'OverBudget', retryable: false, throttled: false },
      over_budget: { scope: 'deployment', month: '2026-11' },
    },
  ]);
};

it('a record over budget is refused with the scope, the month and the time, and a withdrawal is not', async () => {
  const { items } = decode(
    kinesisRecords(
      { record_id: 'a', source: 's', text: 'private words' },
      { record_id: 'b', source: 's', deleted: true },
    ),
  );
  const deps = { analyse, privacy: NO_PRIVACY, now: () => NOW };
  const processed = [];
  const context = aBatchContext();
  const { redacted } = await redactVersions(distinctVersions(items), deps, context);
  for await (const some of analyseVersions(redacted, deps, context)) {
    processed.push(...some);
  }
  const [withdrawn, over] = processed.map(({ outcome }) => outcome);
  expect(withdrawn).toMatchObject({ result: { status: 'withdrawn' } });
  if (over === undefined || !('refusal' in over)) throw new Error('Expected a refusal');
  expect(setAsideOf(items[0]!, over.refusal)).toMatchObject({
    reason: 'over_budget',
    over_budget: { month: '2026-11', refused_at: '2026-11-23T12:00:00.000Z' },
    issues: [
      {
        path: '',
        message:
          'the budget of the deployment is used up; the record is replayed after 2026-12-01T00:00:00.000Z',
      },
    ],
  });
});
