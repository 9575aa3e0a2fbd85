import { afterEach, expect, it, vi } from 'vitest';
import { comprehendUsage, flush } from '../../../../cli/demo/cloud-control.ts';
import { formatReport } from '../../../../cli/demo/report.ts';
import { type DemoSummary, summarize } from '../../../../cli/demo/summary.ts';

afterEach(() => void vi.unstubAllGlobals());

const CLOUD = { endpoint: 'http://cloud', control_token: 'the-token' };

const MEASURED = {
  records: 10,
  set_asides: 2,
  comprehend: { calls: 2, documents: 20, billed_units: 30 },
  seconds: 4.004,
};

/** Answers the queries of the summary. The demo counts records by column, and units once. */
const query = async (sql: string) => {
  const counts: Record<string, [string, number][]> = {
    status: [
      ['analyzed', 6],
      ['empty', 2],
    ],
    sentiment: [['POSITIVE', 6]],
    language_code: [['en', 8]],
    source: [['tour', 8]],
    cache: [['miss', 6]],
  };
  const column = /^SELECT (\w+) AS name/.exec(sql)?.[1];
  const rows =
    column === undefined
      ? [{ units: 120 }]
      : counts[column]!.map(([name, n]) => ({ name, n }) as Record<string, string | number>);
  return { columns: Object.keys(rows[0]!), rows };
};

it('the summary of the demo counts each sentiment, status and tier, also those that did not occur', async () => {
  const summary = await summarize(query, MEASURED);
  expect(summary).toMatchObject({
    records: 10,
    results: 8,
    set_asides: 2,
    by_sentiment: { POSITIVE: 6, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0 },
    by_status: { analyzed: 6, empty: 2, unsupported_language: 0, withdrawn: 0 },
    by_language: { en: 8 },
    by_source: { tour: 8 },
    cache: { miss: 6 },
    comprehend: MEASURED.comprehend,
    seconds: 4,
    records_per_second: 2.5,
  });
});

it('the summary of the demo prices the units that Comprehend billed, and two calls a text for comparison', async () => {
  const sent: string[] = [];
  const summary = await summarize((sql) => {
    sent.push(sql);
    return query(sql);
  }, MEASURED);
  expect(summary.cost_usd).toBe(0.003);
  expect(summary.baseline_cost_usd).toBe(0.012);
  const baseline = sent.find((sql) => sql.includes('AS units'));
  expect(baseline).toContain(
    "sum(greatest(3, ceil(length(text) / 100.0)) * if(status = 'analyzed', 2, 1))",
  );
  expect(baseline).toContain("status IN ('analyzed', 'unsupported_language')");
});

const aSummary = async (fields: Partial<DemoSummary> = {}) => ({
  ...(await summarize(query, MEASURED)),
  ...fields,
});

it('the report of the demo says how full the calls were, what they cost, and what that saves', async () => {
  const report = await formatReport(await aSummary(), { reasons: {}, refused: 0 }, query);
  expect(report).toContain('2 calls for 20 documents (40 % full), 30 billed units');
  expect(report).toContain(
    '$0.0030 on AWS; a call per record for language and for sentiment, $0.0120 (75 % saved)',
  );
  const idle = await aSummary({
    ...{ comprehend: { calls: 0, documents: 0, billed_units: 0 }, cost_usd: 0 },
    baseline_cost_usd: 0,
  });
  expect(await formatReport(idle, { reasons: {}, refused: 0 }, query)).toContain(
    '0 calls for 0 documents (0 % full)',
  );
  expect(await formatReport(idle, { reasons: {}, refused: 0 }, query)).toContain('(0 % saved)');
});

it('the report of the demo accounts for every record, with the reasons', async () => {
  const report = await formatReport(
    await aSummary(),
    { reasons: { invalid_json: 2 }, refused: 7 },
    query,
  );
  expect(report).toContain('10 records = 8 results + 2 set-asides\n');
  expect(report).toContain('results without a verdict: 2 empty\n');
  expect(report).toContain('set aside: 2 invalid_json\n');
  expect(report).toContain('7 more lines are no records and were not published\n');
  expect(report).toContain('4 s from the first record to the last, 2.5 records/s');
});

it('the report of the demo says how many records are missing', async () => {
  const report = await formatReport(
    await aSummary({ records: 13 }),
    { reasons: {}, refused: 0 },
    query,
  );
  expect(report).toContain('13 records = 8 results + 2 set-asides + 3 MISSING');
  expect(report).not.toContain('set aside:');
});

function useAnswer(body: unknown, status = 200): string[] {
  const sent: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { method, headers }: RequestInit) => {
    expect(headers).toEqual({ authorization: 'Bearer the-token' });
    sent.push(`${method} ${url}`);
    return Response.json(body, { status });
  });
  return sent;
}

it('the demo counts the calls of Comprehend that succeeded, with their documents and units', async () => {
  const sent = useAnswer({
    entries: [
      {
        service: 'comprehend',
        action: 'a',
        calls: 5,
        errors: { Throttled: 2, Internal: 1 },
        usage: { documents: 7, billed_units: 21 },
      },
      {
        service: 'comprehend',
        action: 'b',
        calls: 3,
        errors: {},
        usage: { documents: 3, billed_units: 9 },
      },
      { service: 'comprehend', action: 'c', calls: 1, errors: {} },
      { service: 'dynamodb', action: 'd', calls: 100, errors: {}, usage: { documents: 9 } },
    ],
  });
  expect(await comprehendUsage(CLOUD)).toEqual({
    calls: 6,
    documents: 10,
    billed_units: 30,
  });
  expect(sent).toEqual(['GET http://cloud/_cloud/meter']);
});

it('the demo makes Firehose deliver, and fails if the embedded cloud refuses', async () => {
  const sent = useAnswer({});
  await flush(CLOUD);
  expect(sent).toEqual(['POST http://cloud/_cloud/flush']);
  useAnswer({}, 500);
  await expect(flush(CLOUD)).rejects.toThrow('The embedded cloud answered 500 to flush');
});
