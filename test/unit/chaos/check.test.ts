import { expect, it } from 'vitest';
import type { Answer, JobBook } from '../../chaos/checker/books.ts';
import { KINDS, type Kind } from '../../chaos/checker/findings.ts';
import type { StoredResult } from '../../chaos/checker/formats.ts';
import {
  answerTo,
  type CorrectStorm,
  check,
  countBroken,
  createCorrectStorm,
  NONE,
  signDelivery,
} from './correct-storm.ts';

/** A broken promise that the test puts into the stores or the books of a correct storm. */
interface Lie {
  tell: (storm: CorrectStorm) => void;
  kind: Kind;
  finding: RegExp;
}

const isAnalyzed = ({ status }: StoredResult) => status === 'analyzed';

function remove<Item>(items: Item[], isWanted: (item: Item) => boolean): Item {
  const at = items.findIndex(isWanted);
  if (at === -1) throw new Error('Expected the storm to have the item.');
  return items.splice(at, 1)[0]!;
}

/** Creates a lie about one result in the results table. */
function lieInRow(
  isWanted: (row: StoredResult) => boolean,
  change: Partial<StoredResult>,
): Lie['tell'] {
  return ({ contents }) => {
    Object.assign(contents.rows.find(isWanted)!, change);
  };
}

const LIES_IN_RESULTS: Record<string, Lie> = {
  'a missing row': {
    tell: ({ contents }) => void remove(contents.rows, isAnalyzed),
    kind: 'lost',
    finding: /has no row/,
  },
  'a missing line of the lake': {
    tell: ({ contents }) => {
      const { record_id } = contents.lines[0]!;
      contents.lines = contents.lines.filter((line) => line.record_id !== record_id);
    },
    kind: 'lost',
    finding: /no line in the lake/,
  },
  'an acknowledged entry that is not on the stream': {
    tell: ({ books, contents }) => {
      const { bytes } = books.entries.find(({ specs }) => specs[0]!.kind === 'poison')!;
      remove(contents.stream, ({ data }) => data.equals(bytes));
    },
    kind: 'lost',
    finding: /is not on the stream/,
  },
  'a record without an id that came twice and has one row': {
    tell: ({ books, contents }) => {
      const { bytes } = books.entries.find(({ specs }) => isNameless(specs[0]!))!;
      const entry = contents.stream.find(({ data }) => data.equals(bytes))!;
      contents.stream.push({ ...entry, sequence_number: '9' });
    },
    kind: 'lost',
    finding: /has no row/,
  },
  'a duplicate row': {
    tell: ({ contents }) => void contents.rows.push({ ...contents.rows[3]! }),
    kind: 'doubled',
    finding: /unexpected row/,
  },
  'a row of a record that was never sent': {
    tell: ({ contents }) => {
      contents.rows.push({ ...contents.rows[3]!, record_id: 'unknown' });
    },
    kind: 'doubled',
    finding: /unexpected row/,
  },
  'a line of a record that was never sent': {
    tell: ({ contents }) => {
      contents.lines.push({ ...contents.lines[3]!, record_version: 99 });
    },
    kind: 'doubled',
    finding: /unexpected line/,
  },
  'an old version over a newer one': {
    tell: ({ contents: { rows, lines } }) => {
      const newer = lines.find(({ record_version }) => record_version === 1)!;
      const older = lines.find(
        ({ record_id, record_version }) => record_id === newer.record_id && record_version === 0,
      )!;
      rows[rows.findIndex(({ record_id }) => record_id === newer.record_id)] = older;
    },
    kind: 'wrong',
    finding: /has version 0, not/,
  },
  'another status': {
    tell: lieInRow(isAnalyzed, { status: 'empty' }),
    kind: 'wrong',
    finding: /status empty, not analyzed/,
  },
  'the hash of another text': {
    tell: lieInRow(isAnalyzed, { text_hash: 'other' }),
    kind: 'wrong',
    finding: /hash of another text/,
  },
  'another text': {
    tell: lieInRow(isAnalyzed, { text: 'other' }),
    kind: 'wrong',
    finding: /another text/,
  },
  'the text of a withdrawn record': {
    tell: lieInRow(({ status }) => status === 'withdrawn', { text: 'I was withdrawn' }),
    kind: 'wrong',
    finding: /a text after a withdrawal/,
  },
  'a verdict for an empty text': {
    tell: lieInRow(({ status }) => status === 'empty', { sentiment: 'POSITIVE' }),
    kind: 'wrong',
    finding: /a verdict for a record that must have none/,
  },
  'another language than the producer gave': {
    tell: lieInRow(({ language_code }) => language_code === 'en', { language_code: 'xx' }),
    kind: 'wrong',
    finding: /language xx, not en/,
  },
  'a long text in one chunk': {
    tell: lieInRow(({ chunks = 1 }) => chunks > 1, { chunks: 1 }),
    kind: 'wrong',
    finding: /long text was analysed as one chunk/,
  },
  'a verdict that the analyzer does not have': {
    tell: (storm) => {
      storm.verdictOf = () => undefined;
    },
    kind: 'wrong',
    finding: /the analyzer does not have/,
  },
  'the sentiment of another text': {
    tell: lieInRow(isAnalyzed, { sentiment: 'OTHER' }),
    kind: 'wrong',
    finding: /sentiment OTHER, not/,
  },
  'the scores of another text': {
    tell: lieInRow(isAnalyzed, { scores: { positive: 0.1 } }),
    kind: 'wrong',
    finding: /scores differ/,
  },
  'a wrong verdict in the lake': {
    tell: ({ contents }) => {
      contents.lines.find(isAnalyzed)!.sentiment = 'OTHER';
    },
    kind: 'wrong',
    finding: /line .* sentiment OTHER/,
  },
  'a record that is in the table of the lake twice': {
    tell: ({ contents }) => void contents.lake_table.push(contents.lake_table[5]!),
    kind: 'doubled',
    finding: /in the table of the lake twice/,
  },
  'a record in the table of the lake that was never sent': {
    tell: ({ contents }) => void contents.lake_table.push('default#c0#unknown##1#analyzed'),
    kind: 'doubled',
    finding: /unexpected row of the lake/,
  },
  'a record that is missing in the table of the lake': {
    tell: ({ contents }) => void contents.lake_table.pop(),
    kind: 'lost',
    finding: /not in the table of the lake/,
  },
  'an earlier version in the table of the lake': {
    tell: ({ contents }) => {
      contents.lake_table[3] = contents.lake_table[3]!.replace(/#\d+#(\w+)$/, '#0#$1');
    },
    kind: 'wrong',
    finding: /the table of the lake has/,
  },
  'a withdrawn text in the table of the lake': {
    tell: ({ contents }) => {
      const at = contents.lake_table.findIndex((row) => row.endsWith('#withdrawn'));
      contents.lake_table[at] += '#text';
    },
    kind: 'wrong',
    finding: /#withdrawn#text/,
  },
  'a result that was not replayed': {
    tell: lieInRow(isAnalyzed, { analysis_run: 1 }),
    kind: 'lost',
    finding: /was not replayed/,
  },
  'a missing set-aside': {
    tell: ({ contents }) => void contents.set_asides.pop(),
    kind: 'lost',
    finding: /has no set-aside/,
  },
  'a set-aside with another reason': {
    tell: ({ contents }) => {
      contents.set_asides[0]!.reason = 'another';
    },
    kind: 'wrong',
    finding: /has the reason another/,
  },
  'a set-aside with other bytes': {
    tell: ({ contents }) => {
      contents.set_asides[0]!.data_base64 = '';
    },
    kind: 'wrong',
    finding: /has other bytes/,
  },
  'a second set-aside of the same bytes': {
    tell: ({ contents }) => {
      contents.set_asides.push({ ...contents.set_asides[0]!, set_aside_id: 'shard:2' });
    },
    kind: 'doubled',
    finding: /unexpected set-aside/,
  },
  'a given-up batch that is not back on the stream': {
    tell: ({ contents }) => {
      contents.given_up[0]!.is_put_back = false;
    },
    kind: 'lost',
    finding: /batch .* is not back/,
  },
  'a text in a log': {
    tell: ({ books, contents }) => {
      contents.log += books.jobs[0]!.texts[0];
    },
    kind: 'leaked_texts',
    finding: /logged a text/,
  },
};

function isNameless(spec: { kind: string; record_id?: string | undefined }): boolean {
  return spec.kind === 'record' && spec.record_id === undefined;
}

/** Creates a lie about the job `job_done`. */
function lieAboutJob(
  finding: RegExp,
  change: (job: JobBook, status: { [field: string]: unknown; progress: object }) => void,
  job_id = 'job_done',
): Lie {
  return {
    tell: ({ books, contents }) => {
      const job = books.jobs.find((one) => one.job_id === job_id)!;
      change(job, contents.jobs.get(job_id)!);
    },
    kind: 'wrong_jobs',
    finding,
  };
}

const LIES_ABOUT_JOBS: Record<string, Lie> = {
  'a job that the API does not know': {
    tell: ({ contents }) => void contents.jobs.delete('job_late'),
    kind: 'wrong_jobs',
    finding: /does not know/,
  },
  'more records done than in total': lieAboutJob(/4 of 3 records/, ({ polls }) => {
    polls.push({ done: 4, total: 3 });
  }),
  'progress that falls': lieAboutJob(/fell from 1 to 0/, ({ polls }) => {
    polls.push({ done: 0, total: 3 });
  }),
  'a final status with more records done than in total': lieAboutJob(/than in total/, (_, job) => {
    Object.assign(job.progress, { done: 4 });
  }),
  'a job without an input that did not fail': lieAboutJob(
    /its input never arrived/,
    (_, job) => Object.assign(job, { status: 'COMPLETED' }),
    'job_empty',
  ),
  'a cancelled job that should be complete': lieAboutJob(/against the API/, (_, job) => {
    Object.assign(job, { status: 'CANCELLED' });
  }),
  'a job that went on after the API had cancelled it': lieAboutJob(
    /COMPLETED after the API had cancelled/,
    (_, job) => Object.assign(job, { status: 'COMPLETED' }),
    'job_cancelled',
  ),
  'a wrong final status': lieAboutJob(/COMPLETED, not COMPLETED_WITH_ERRORS/, (_, job) => {
    Object.assign(job, { status: 'COMPLETED' });
  }),
  'a wrong total': lieAboutJob(/total is 5, not 3/, (_, job) => {
    Object.assign(job.progress, { total: 5 });
  }),
  'wrong counts of sentiments': lieAboutJob(/records are/, (_, job) => {
    Object.assign(job, { counts: { set_aside: 1 } });
  }),
};

/** Creates a lie that replaces the callbacks of `job_done` by one callback with a valid signature. */
function lieInCallback(finding: RegExp, change: (body: CallbackBody) => void): Lie {
  return {
    tell: ({ books }) => {
      const { body } = books.deliveries[0]!;
      const content = JSON.parse(body) as CallbackBody;
      change(content);
      books.deliveries.push({ ...signDelivery(content), answered: 200 });
    },
    kind: 'wrong_callbacks',
    finding,
  };
}

interface CallbackBody {
  [field: string]: unknown;
  event: string;
  delivery_id: string;
  job: { job_id: string; status: string; progress: Record<string, number> };
}

const LIES_IN_CALLBACKS: Record<string, Lie> = {
  'a wrong signature': {
    tell: ({ books }) => {
      books.deliveries[0]!.headers['x-aurastream-signature'] = 'sha256=00';
    },
    kind: 'wrong_callbacks',
    finding: /wrong signature/,
  },
  'a callback with an unknown body': lieInCallback(/unknown body/, (body) => {
    body.event = undefined as never;
  }),
  'a callback of no job': lieInCallback(/a callback of no job/, ({ job }) => {
    job.job_id = 'unknown';
  }),
  'different delivery ids in header and body': {
    tell: ({ books }) => {
      books.deliveries[0]!.headers['x-aurastream-delivery'] = 'other';
    },
    kind: 'wrong_callbacks',
    finding: /two delivery ids/,
  },
  'a second delivery id of one job': lieInCallback(/second delivery id/, (body) => {
    body.delivery_id = 'other';
  }),
  'a callback that was not asked for': lieInCallback(/did not ask for/, ({ job }) => {
    job.job_id = 'job_late';
  }),
  'a callback of a cancelled job': lieInCallback(/of a cancelled job/, ({ job }) => {
    job.job_id = 'job_cancelled';
  }),
  'a callback before the end of the job': lieInCallback(/the status PROCESSING/, ({ job }) => {
    job.status = 'PROCESSING';
  }),
  'the event of another status': lieInCallback(/the event job.failed/, (body) => {
    body.event = 'job.failed';
  }),
  'wrong totals': lieInCallback(/wrong succeeded/, ({ job }) => {
    job.progress.succeeded = 1;
  }),
  'a job whose callback never arrived': {
    tell: ({ books }) => {
      books.deliveries = books.deliveries.filter(({ answered }) => answered !== 200);
    },
    kind: 'wrong_callbacks',
    finding: /no callback arrived/,
  },
  'a delivered callback that the API calls failed': {
    tell: ({ contents }) => {
      contents.jobs.get('job_done')!.callback = { state: 'failed' };
    },
    kind: 'wrong_callbacks',
    finding: /is failed, not delivered/,
  },
};

const TEXT = 'I love to be asked about it #h9#';
const DETAILS = { request_id: 'r', timestamp: '2026-11-26T10:00:00.000Z' };

/** Creates a lie in the API's answer to a valid text. */
function lieInAnswer(
  finding: RegExp,
  answer: Answer | undefined,
  asked: { text: string; language?: string; refusal?: string }[] = [{ text: TEXT, language: 'en' }],
  route: 'sync' | 'batch' | 'records' = 'sync',
): Lie {
  return {
    tell: ({ books }) => void books.answers.push({ route, asked, answer }),
    kind: 'wrong_answers',
    finding,
  };
}

function errorAnswer(status: number, code: string, message = 'No'): Answer {
  return { status, body: { error: { code, message, ...DETAILS } } };
}

/** Creates a lie in the API's answer to a batch of one text. */
function lieInBatch(
  finding: RegExp,
  body: object,
  asked?: { text: string; refusal?: string },
): Lie {
  return lieInAnswer(finding, { status: 200, body }, [asked ?? { text: TEXT }], 'batch');
}

const ERROR = (code: string) => ({ error: { code, message: 'No' } });
const BLANK = { text: '   ', refusal: 'VALIDATION_ERROR' };
const records = (body: object) => ({ status: 202, body });

const LIES_IN_ANSWERS: Record<string, Lie> = {
  'no answer': lieInAnswer(/no answer/, undefined),
  'a success without a verdict': lieInAnswer(/unknown body/, { status: 200, body: {} }),
  'a verdict on a text that must be refused': lieInAnswer(
    /must be refused/,
    { status: 200, body: answerTo('   ') },
    [BLANK],
  ),
  'an invented verdict': lieInAnswer(/sentiment INVENTED, not/, {
    status: 200,
    body: { ...answerTo(TEXT), sentiment: 'INVENTED' },
  }),
  'an error without a code': lieInAnswer(/unclear error/, { status: 502, body: 'Bad gateway' }),
  'a code with another status': lieInAnswer(
    /SERVICE_UNAVAILABLE with status 500/,
    errorAnswer(500, 'SERVICE_UNAVAILABLE'),
  ),
  'an error that quotes the text': lieInAnswer(
    /quotes the text/,
    errorAnswer(503, 'SERVICE_UNAVAILABLE', `Cannot analyse ${TEXT}`),
  ),
  'a bug in the API': lieInAnswer(/a bug in the API/, errorAnswer(500, 'INTERNAL_ERROR')),
  'the refusal of a valid text': lieInAnswer(
    /unexpected VALIDATION_ERROR/,
    errorAnswer(400, 'VALIDATION_ERROR'),
  ),
  'a batch with an unknown body': lieInBatch(/unknown body/, { results: [] }),
  'a batch with a missing answer': lieInBatch(/0 answers to 1 texts/, {
    ...{ results: [], succeeded: 0, failed: 0 },
  }),
  'a batch with wrong counts': lieInBatch(/wrong counts/, {
    ...{ results: [answerTo(TEXT)], succeeded: 0, failed: 1 },
  }),
  'a batch that refuses a valid text': lieInBatch(/text 0: VALIDATION_ERROR/, {
    ...{ results: [ERROR('VALIDATION_ERROR')], succeeded: 0, failed: 1 },
  }),
  'a batch that refuses a text for another reason': lieInBatch(
    /text 0: RATE_LIMIT_EXCEEDED, not VALIDATION_ERROR/,
    { results: [ERROR('RATE_LIMIT_EXCEEDED')], succeeded: 0, failed: 1 },
    BLANK,
  ),
  'a batch with a verdict on a text that must be refused': lieInBatch(
    /text 0: a verdict on a text that must be refused/,
    { results: [answerTo('   ')], succeeded: 1, failed: 0 },
    BLANK,
  ),
  'a batch with an invented verdict': lieInBatch(/text 0: sentiment INVENTED/, {
    results: [{ ...answerTo(TEXT), sentiment: 'INVENTED' }],
    ...{ succeeded: 1, failed: 0 },
  }),
  'outcomes of records with an unknown body': lieInAnswer(
    /unknown body/,
    records({}),
    [{ text: TEXT }],
    'records',
  ),
  'a missing outcome of a record': lieInAnswer(
    /0 outcomes of 1/,
    records({ accepted: 0, refused: 0, failed: 0, records: [] }),
    [{ text: TEXT }],
    'records',
  ),
  'wrong counts of outcomes': lieInAnswer(
    /wrong counts/,
    records({ accepted: 2, refused: 0, failed: 0, records: [{ status: 'accepted' }] }),
    [{ text: TEXT }],
    'records',
  ),
  'an accepted record that is invalid': lieInAnswer(
    /record 0 was accepted/,
    records({ accepted: 1, refused: 0, failed: 0, records: [{ status: 'accepted' }] }),
    [{ text: TEXT, refusal: 'invalid_record' }],
    'records',
  ),
};

const LIES_IN_COUNTS: Record<string, Lie> = {
  'a record that is counted twice': {
    tell: ({ contents }) => {
      contents.counts.push({ ...contents.counts[1]! }, { ...contents.counts[0]! });
    },
    kind: 'wrong_counts',
    finding: /by hour of created_at is \d+, not \d+/,
  },
  'a count that lacks a record': {
    tell: ({ contents }) => void contents.counts.splice(-2),
    kind: 'wrong_counts',
    finding: /by day of arrived_at is \d+, not \d+/,
  },
};

const LIES_IN_HISTORY: Record<string, Lie> = {
  'a replaced version that the history lacks': {
    tell: ({ contents }) => void contents.history.pop(),
    kind: 'wrong_history',
    finding: /was replaced and is not in the history/,
  },
  'a past version of a record that was never sent': {
    tell: ({ contents }) => {
      contents.history.push({ ...contents.history[0]!, record_key: 'default#c0#unknown' });
    },
    kind: 'wrong_history',
    finding: /a version that was never sent/,
  },
  'a current version in the history': {
    tell: ({ contents }) => {
      contents.history[0]!.revision = 1_000;
    },
    kind: 'wrong_history',
    finding: /a past version 1000 that is not before its row/,
  },
  'another status in the history': {
    tell: ({ contents }) => {
      contents.history.find(({ status }) => status === 'analyzed')!.status = 'withdrawn';
    },
    kind: 'wrong_history',
    finding: /a past version that is withdrawn, not analyzed/,
  },
  'a text in the history': {
    tell: ({ contents }) => {
      contents.history[0]!.text = 'I love it';
    },
    kind: 'wrong_history',
    finding: /a past version with its text/,
  },
};

const LIES = {
  ...LIES_IN_RESULTS,
  ...LIES_ABOUT_JOBS,
  ...LIES_IN_CALLBACKS,
  ...LIES_IN_ANSWERS,
  ...LIES_IN_COUNTS,
  ...LIES_IN_HISTORY,
};
const SEEDS = [1, 2];

it('the chaos checker finds nothing in correct stores', () => {
  for (const seed of [...SEEDS, 3, 4, 5, 6]) {
    const report = check(createCorrectStorm(seed));
    expect({ ...countBroken(report), findings: report.findings }).toEqual({
      ...NONE,
      findings: [],
    });
    expect(report.set_asides).toBeGreaterThan(1);
    expect(report.results).toBeGreaterThan(150);
    expect(report.replayed).toBeGreaterThan(100);
    expect(report).toMatchObject({ verdicts: 2, errors: 4 });
  }
});

it.each(Object.entries(LIES))('the chaos checker finds %s', (_, { tell, kind, finding }) => {
  for (const seed of SEEDS) {
    const storm = createCorrectStorm(seed);
    tell(storm);
    const report = check(storm);
    expect(report[kind], report.findings.join('; ')).toBeGreaterThan(0);
    expect(report.findings.filter((one) => one.startsWith(`${kind}: `)).join('\n')).toMatch(
      finding,
    );
    expect(report.findings.join()).not.toContain('I love');
  }
});

it('the lies provoke every kind of finding', () => {
  expect(new Set(Object.values(LIES).map(({ kind }) => kind))).toEqual(new Set(KINDS));
});

it('the chaos checker does not miss a record that no producer got acknowledged', () => {
  const storm = createCorrectStorm(3);
  const spec = { kind: 'record', tenant: 'default', source: 'c0', record_id: 'nowhere' } as const;
  storm.books.entries.push({
    specs: [{ ...spec, record_version: 0, text: 'I never arrived', status: 'analyzed' }],
    bytes: Buffer.from('never arrived'),
    is_aggregate: false,
    acknowledged: false,
  });
  expect(countBroken(check(storm))).toEqual(NONE);
});

it('the chaos checker accepts an unacknowledged version that arrived', () => {
  const storm = createCorrectStorm(3);
  const entry = storm.books.entries.find(({ specs }) => specs[0]!.kind === 'record')!;
  entry.acknowledged = false;
  expect(countBroken(check(storm))).toEqual(NONE);
});
