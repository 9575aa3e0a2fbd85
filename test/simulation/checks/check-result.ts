import { createHash } from 'node:crypto';
import type { Result } from '../../../schemas/index.ts';
import { isOpinionOn } from '../oracle.ts';
import type { RecordSpec } from '../specs.ts';
import { type Acceptance, identityOf } from './acceptances.ts';
import { Violation } from './violation.ts';

export interface CheckOptions {
  now: () => number;
  isDeployed: (analyzer_version: string) => boolean;
}

/** Checks all fields of a result against the acceptance that it belongs to. */
export function checkResult(
  result: Result,
  { spec, arrivals, job_indexes, runs }: Acceptance,
  { now, isDeployed }: CheckOptions,
): void {
  const fail: Fail = (what) => {
    throw new Violation(`${identityOf(result)} at ${result.stamp}: ${what}`);
  };
  if (spec.claim !== undefined && spec.status !== 'withdrawn' && !isThere(spec, now()))
    fail('a result although the text is not on S3');
  if (result.status !== spec.status) fail(`status ${result.status}, expected ${spec.status}`);
  if (!runs.has(result.analysis_run ?? 0)) fail('a result of a replay that did not happen');
  if (!arrivals.has(result.arrived_at)) fail(`arrived at ${result.arrived_at}, when it did not`);
  const { created_at, status } = spec;
  const keeps_time = created_at === undefined || status === 'withdrawn';
  if (!keeps_time && result.created_at !== created_at) fail(`created at ${result.created_at}`);
  if (!job_indexes.has(result.job_index)) fail('another job_index than the record');
  const is_withdrawn = spec.status === 'withdrawn';
  for (const name of CARRIED) {
    const expected = is_withdrawn && CONTENT.includes(name) ? undefined : spec[name];
    if (result[name] !== expected) fail(`another ${name} than the record`);
  }
  checkAttributes(result, spec, fail);
  checkText(result, spec, fail);
  checkVerdict(result, spec, isDeployed, fail);
}

const CARRIED = ['source', 'job_id', 'author', 'url'] as const;
/** The fields that a withdrawn record loses. */
const CONTENT: string[] = ['author', 'url'];

function isThere({ claim }: RecordSpec, now: number): boolean {
  return claim?.put_at !== undefined && claim.put_at <= now;
}

type Fail = (what: string) => void;

function checkAttributes({ attributes }: Result, spec: RecordSpec, fail: Fail): void {
  if (spec.status === 'withdrawn') {
    if (attributes !== undefined) fail('a withdrawn record kept its attributes');
    return;
  }
  if (attributes === undefined && spec.attributes === undefined) return;
  const names = Object.keys(spec.attributes ?? {});
  const is_equal =
    Object.keys(attributes ?? {}).length === names.length &&
    names.every((name) => attributes?.[name] === String(spec.attributes?.[name]));
  if (!is_equal) fail('other attributes than the record');
}

function checkText({ text, text_hash, text_bytes }: Result, spec: RecordSpec, fail: Fail): void {
  if (spec.status === 'withdrawn') {
    if (text !== undefined) fail('a withdrawn record kept its text');
    return;
  }
  if (text === undefined || text.toWellFormed() !== spec.text) fail('another text');
  const measured = measure(spec.text);
  if (text_bytes !== measured.bytes) fail('another length of the text');
  if (text_hash !== measured.sha256) fail('another hash of the text');
}

const measures = new Map<string, { bytes: number; sha256: string }>();

/** Measures a text. The measures are kept, because every text is checked several times. */
function measure(text: string): { bytes: number; sha256: string } {
  const known = measures.get(text) ?? {
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
  if (measures.size > 5_000) measures.clear();
  measures.set(text, known);
  return known;
}

function checkVerdict(
  result: Result,
  spec: RecordSpec,
  isDeployed: (version: string) => boolean,
  fail: Fail,
): void {
  const { sentiment, scores, score, language_code, language_source, analyzer } = result;
  if (spec.status !== 'analyzed') {
    if (sentiment !== undefined || scores !== undefined) fail(`a verdict on ${spec.status}`);
    return;
  }
  const expected_source = spec.language === undefined ? 'detected' : 'given';
  if (language_source !== expected_source) fail(`a language that is ${language_source}`);
  if (spec.language !== undefined && language_code !== spec.language)
    fail(`language ${language_code}, expected ${spec.language}`);
  if (analyzer === undefined || !isDeployed(analyzer.version)) fail('an unknown analyzer');
  const asked = {
    text: spec.text,
    language_code: language_code ?? '',
    analyzer_version: analyzer?.version ?? '',
  };
  if (!isOpinionOn(asked, result)) fail('wrong verdict');
  const { positive = 0, negative = 0, neutral = 0, mixed = 0 } = scores ?? {};
  if (score !== Math.max(positive, negative, neutral, mixed))
    fail('another score than the highest');
}
