import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import { table } from '../cli/output/table.ts';
import { readyKeys } from '../cli/start/keys.ts';
import { bootCloud } from '../local/boot.ts';

const HELP = `What POST /analyze/sync takes beyond the analyzer's own time, through the embedded cloud's gateway,
authorizer and function: npx tsx bench/api.ts [--requests N] [--json]

  cold   the first request of an execution environment that has just started
  hit    the text is in the cache; all of it is overhead
  miss   a text that nobody asked before; the analyzer's own time is that of the same call made directly
`;

const CALLERS = [1, 10, 50];

interface Figure {
  name: string;
  callers: number;
  requests: number;
  p50_ms: number;
  p99_ms: number;
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  await main(Number(values.requests), values.json);
}

async function main(requests: number, json: boolean): Promise<void> {
  const data_dir = await mkdtemp(join(tmpdir(), 'aurastream-bench-'));
  // The quota is another figure: here the analyzer takes what it is given.
  const comprehendQuotas = { BatchDetectSentiment: 100_000 };
  const cloud = await bootCloud({ dataDir: data_dir, port: 0, comprehendQuotas });
  try {
    const { api_key } = await readyKeys(cloud);
    const analyze = analyzeWith(cloud.api, api_key);
    const figures = [
      await measured('cold', 1, 1, () => analyze('The very first text')),
      await measured('analyzer itself', 1, requests, directly(cloud)),
    ];
    for (const callers of CALLERS) {
      const warm = () => analyze('A text that everybody asks');
      await measured('warm-up', callers, callers * 4, warm);
      figures.push(await measured('hit', callers, requests, warm));
      let n = 0;
      const miss = () => analyze(`Nobody asked this before, with ${callers} callers: ${n++}`);
      figures.push(await measured('miss', callers, requests, miss));
    }
    process.stdout.write(json ? `${JSON.stringify({ figures })}\n` : `${readable(figures)}\n`);
  } finally {
    await cloud.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

function analyzeWith(api: string, api_key: string) {
  return async (text: string): Promise<void> => {
    const response = await fetch(`${api}/analyze/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': api_key },
      body: JSON.stringify({ text, options: { language_code: 'en' } }),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`The API answered ${response.status}`);
  };
}

function directly(cloud: {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}) {
  const client = new ComprehendClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: {
      accessKeyId: cloud.access_key_id,
      secretAccessKey: cloud.secret_access_key,
    },
  });
  let n = 0;
  return async () => {
    await client.send(
      new BatchDetectSentimentCommand({ TextList: [`Directly ${n++}`], LanguageCode: 'en' }),
    );
  };
}

/** `requests` in all, `callers` at a time. */
async function measured(
  name: string,
  callers: number,
  requests: number,
  request: () => Promise<void>,
): Promise<Figure> {
  const times: number[] = [];
  let left = requests;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await request();
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { name, callers, requests, p50_ms: at(0.5), p99_ms: at(0.99) };
}

function readable(figures: Figure[]): string {
  const rows = figures.map((figure) => ({ ...figure }));
  return table(['name', 'callers', 'requests', 'p50_ms', 'p99_ms'], rows);
}
