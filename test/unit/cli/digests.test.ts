import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { digestsCommand } from '../../../cli/commands/digests.ts';
import { renderDigest } from '../../../insight/digests/render.ts';
import { runCommand } from '../../support/cli.ts';
import { aDigest } from '../../support/digests.ts';

let asked: string[];
let folder: string;
beforeEach(async () => {
  asked = [];
  folder = await mkdtemp(join(tmpdir(), 'aurastream-test-'));
  vi.stubEnv('AURASTREAM_API_KEY', 'a-key');
  vi.stubGlobal('fetch', async (input: URL | string) => {
    const { pathname, search } = new URL(input);
    asked.push(pathname.replace(/^\/v1/, '') + search);
    return Response.json(renderDigest(aDigest()));
  });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('aurastream digests preview prints the digest of the last week, and writes the mail and the chart', async () => {
  const [html, chart] = [join(folder, 'digest.html'), join(folder, 'chart.svg')];
  const { stdout } = await runCommand(
    digestsCommand(),
    ...['preview', '--source', 'app', '--html', html, '--chart', chart],
  );
  expect(asked).toEqual(['/digests/preview?cadence=weekly&source=app']);
  expect(stdout).toContain('Net sentiment: −20.0 (−30.0 points)');
  expect(stdout).toContain(`Wrote ${html}.`);
  expect(await readFile(html, 'utf8')).toContain('<!doctype html>');
  expect(await readFile(chart, 'utf8')).toContain('<svg');
});

it('aurastream digests preview --daily asks for the last day, and refuses both at once', async () => {
  await runCommand(digestsCommand(), 'preview', '--daily', '--json');
  expect(asked).toEqual(['/digests/preview?cadence=daily']);
  const { error } = await runCommand(digestsCommand(), 'preview', '--daily', '--weekly');
  expect(error?.message).toContain('daily or weekly');
});
