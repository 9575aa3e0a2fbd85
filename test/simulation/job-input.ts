import type { Random } from '../support/random.ts';
import type { RecordSpec } from './specs.ts';

/** Outcome that a job counts for one line of its input. */
type LineOutcome = 'set_aside' | 'empty' | 'unsupported_language' | 'withdrawn' | 'analyzed';

/** A line of a job's input that stands for a record, with its expected outcome. */
export interface JobLine {
  outcome: LineOutcome;
  /** Absent if the line is not a valid record. */
  spec?: RecordSpec & { record_id: string };
}

export interface JobInput {
  bytes: Buffer;
  lines: JobLine[];
}

const BAD_LINES = ['no json', '{"text":1}', '["a list"]', '{"text":[{"x":1}]}'];

interface Options {
  random: Random;
  job_id: string;
  tenant: string;
  source: string;
  total: number;
}

/**
 * Makes the input of a job. About 3 % of the lines are invalid, and 5 % repeat an earlier record.
 * Some lines try to write as another tenant or job. Blank lines count as no record.
 */
export function makeJobInput(options: Options): JobInput {
  const { random, total } = options;
  const input: JobLine[] = [];
  const texts: string[] = [];
  while (input.length < total) {
    if (random.chance(0.02)) texts.push('  ');
    const { line, text } = makeLine(options, input);
    input.push(line);
    texts.push(text);
  }
  const end = random.chance(0.5) ? '\n' : '';
  return { bytes: Buffer.from(texts.join('\n') + end), lines: input };
}

function makeLine(options: Options, before: JobLine[]): { line: JobLine; text: string } {
  const { random, job_id, tenant, source } = options;
  const job_index = before.length;
  if (random.chance(0.03)) return { line: { outcome: 'set_aside' }, text: random.pick(BAD_LINES) };
  const twin = random.chance(0.05) ? before.at(-1)?.spec : undefined;
  const own_id = random.chance(0.1) ? `${job_id}-own-${random.int(5)}` : undefined;
  const named = twin?.record_id ?? own_id;
  const base = {
    kind: 'record' as const,
    tenant,
    source,
    record_id: named ?? `${job_id}:${job_index}`,
    ...(twin === undefined ? drawVersion(random, job_index, own_id) : versionOf(twin)),
    job_id,
    job_index,
  };
  const drawn = twin ?? drawContent(random, base.record_id);
  const { text, language, status } = drawn;
  const deleted = status === 'withdrawn';
  const is_drawn = random.chance(0.05);
  const pretends = twin === undefined ? is_drawn : twin.attributes !== undefined;
  const attributes = pretends ? KEPT : undefined;
  const spec = { ...base, text, language, status, ...(attributes && { attributes }) };
  const fields = {
    ...(deleted ? { deleted } : { text }),
    ...(language === undefined ? {} : { language_code: language }),
    ...(named === undefined && !deleted ? {} : { record_id: base.record_id }),
    ...versionOf(base),
    ...(pretends ? PRETENDED : {}),
  };
  const outcome = status === 'refused' ? 'set_aside' : status;
  const is_listed = status === 'analyzed' && job_index % LISTED_EVERY === 0;
  const given = is_listed ? { ...fields, text: [text] } : fields;
  return { line: { outcome, spec }, text: JSON.stringify(given) };
}

/** Each line whose index is a multiple gives its text in a list, which readers of files join. */
const LISTED_EVERY = 20;

/** Several lines may have versions of a record, with and without numbers. */
function drawVersion(random: Random, job_index: number, own_id: string | undefined) {
  return own_id !== undefined && random.chance(0.5) ? { record_version: job_index } : {};
}

function versionOf({ record_version }: { record_version?: number | undefined }) {
  return record_version === undefined ? {} : { record_version };
}

/** Fields that a line cannot choose. All but the tenant become attributes. */
const KEPT = { job_id: 'job_of_another', job_index: 9, text_claim: 'x' };
const PRETENDED = { tenant: 'other', ...KEPT };

function drawContent(
  random: Random,
  record_id: string,
): Pick<RecordSpec, 'text' | 'language' | 'status'> {
  const kind = random.int(200);
  if (kind < 2) return { text: ' ', status: 'empty' };
  if (kind < 4)
    return { text: `Hvað #${record_id}#`, language: 'is', status: 'unsupported_language' };
  if (kind < 6) return { text: `No #refused-${record_id}#`, language: 'en', status: 'refused' };
  if (kind < 7) return { text: '', status: 'withdrawn' };
  const language = random.pick(['en', 'en', 'en', 'de']);
  const text = `What a day for number #j${random.int(5_000)}#.`;
  return { text, language, status: 'analyzed' };
}
