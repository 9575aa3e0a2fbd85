import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ROOT, run } from '../support/process.ts';

/**
 * Names of the files and folders that the test does not copy. The test creates a link to
 * `node_modules` instead of a copy. The test does not need the rest of this list.
 */
const LEFT_OUT = new Set('.git .aurastream .stryker node_modules coverage cdk.out dist'.split(' '));

let copy: string;
const copies: string[] = [];
async function copyProject(): Promise<void> {
  copy = await mkdtemp(join(tmpdir(), 'aurastream-extension-'));
  copies.push(copy);
  await cp(ROOT, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
}
afterEach(async () => {
  for (const path of copies.splice(0)) await rm(path, { recursive: true });
});

/** Inserts `line` into a file. The new line follows the only line that ends with `behind`. */
async function addLine(file: string, behind: string, line: string): Promise<void> {
  const parts = (await readFile(join(copy, file), 'utf8')).split(`${behind}\n`);
  expect(parts, `${file} has one line "${behind}"`).toHaveLength(2);
  await writeFile(join(copy, file), parts.join(`${behind}\n${line}\n`));
}

/** Returns the paths of the files that do not compile. */
async function brokenFiles(): Promise<string[]> {
  const tsc = 'node_modules/typescript-7/bin/tsc';
  const { stdout } = await run(['node', tsc, '--noEmit', '--pretty', 'false'], { cwd: copy });
  return [...new Set(stdout.match(/^[^\s(]+(?=\(\d+,\d+\): error)/gm))].sort();
}

/** Follows a field through every place that hands fields on. Returns where it arrived. */
async function follow(field: string, json: string, cwd: string): Promise<Record<string, unknown>> {
  const program = ['node', '--import', 'tsx', 'test/support/follow-field.ts'];
  const { stdout, stderr } = await run([...program, field, json], { cwd });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

it('a carried field is added in one line, reaches every place that hands fields on, and does not compile until an undo restores it', async () => {
  await copyProject();
  await addLine(
    'schemas/record.ts',
    'export const carriedFields = {',
    '  a_new_field: z.string().max(64).optional(),',
  );
  expect(await brokenFiles()).toEqual(['operations/runs/plan-undo.ts']);
  expect(await follow('a_new_field', '"thread-1"', copy)).toEqual({
    row: 'thread-1',
    lake_line: 'thread-1',
    job_result: 'thread-1',
    openapi_result: true,
    openapi_job_document: true,
    redriven_record: 'thread-1',
    replayed_row: 'thread-1',
  });
});

it('the records of a job carry its id as their run, through every place that hands fields on', async () => {
  const { openapi_result, openapi_job_document, ...places } = await follow(
    'run_id',
    '"mine"',
    ROOT,
  );
  expect([openapi_result, openapi_job_document]).toEqual([true, false]);
  expect(new Set(Object.values(places))).toEqual(new Set([expect.stringMatching(/^job_/)]));
});

// One run of the compiler checks several additions, because each run takes 15 s of CPU time. No two
// additions break the same file, so the list shows for each addition that no file is missing.
it('a field that only the record or only the result has, a new analyzer and a new file format do not compile until every place handles them', async () => {
  await copyProject();
  await addLine(
    'schemas/record.ts',
    'export const recordFields = {',
    '  hint: z.string().optional(),',
  );
  await addLine(
    'schemas/result.ts',
    '  schema_version: z.literal(1),',
    '  mood: z.string().optional(),',
  );
  await addLine(
    'schemas/analyzers.ts',
    'export const ANALYZERS = {',
    "  lexicon: { version: '1', languages: ['nl'], max_documents: 1, max_document_bytes: 1, usd_per_unit: 0 },",
  );
  await addLine(
    'schemas/formats.ts',
    'export const FORMATS = {',
    "  psv: { title: 'PSV', description: 'rows', endings: ['.psv'], content_type: 'text/plain' },",
  );
  const of_fields = [
    'operations/replay.ts',
    'operations/runs/plan-undo.ts',
    'processors/stream/result.ts',
  ];
  const of_analyzer = [
    'infra/constructs/analysis.ts',
    'infra/settings.ts',
    'processors/analysis/compose.ts',
    'test/support/analyzer-samples.ts',
  ];
  const of_format = ['ingest/sources/readers.ts', 'test/support/format-samples.ts'];
  expect(await brokenFiles()).toEqual([...of_fields, ...of_analyzer, ...of_format].sort());
});
