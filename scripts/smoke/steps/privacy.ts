import { createHash } from 'node:crypto';
import { check, type SmokeContext, type Step } from '../step.ts';

interface Download {
  url: string;
  sha256: string;
}

export const exportRecord: Step = {
  promise:
    'An export of a record is a file with its row and its lines, whose checksum is in the report',
  async run(context) {
    const record_id = `${context.run}-0`;
    const body = { source: context.run, record_id };
    const { export_id } = await request(context, 'exports', body);
    const done = await follow(context, 'exports', String(export_id));
    const lines: string[] = [];
    for (const { url, sha256 } of done.downloads as Download[]) {
      const text = await (await fetch(url)).text();
      const checksum = createHash('sha256').update(text).digest('hex');
      check(checksum === sha256, `the file has the checksum ${checksum}, the report ${sha256}`);
      lines.push(...text.trimEnd().split('\n'));
    }
    const stores = lines.map((line) => (JSON.parse(line) as { store: string }).store);
    check(
      stores.includes('results_table'),
      `the export has lines of ${stores.join() || 'no store'}`,
    );
    return `${lines.length} lines of ${[...new Set(stores)].join(' and ')}`;
  },
};

/** A dry run, because an erasure waits for the lake for minutes, and deletes the results of all queries. */
export const eraseDryRun: Step = {
  promise: 'A dry run of an erasure counts what it would erase of a record',
  async run(context) {
    const body = { source: context.run, record_id: `${context.run}-0`, dry_run: true };
    const { erasure_id } = await request(context, 'erasures', body);
    const { counts, signed } = await follow(context, 'erasures', String(erasure_id));
    const { results_table } = counts as Record<string, number>;
    check(results_table === 1, `it would erase ${results_table} rows`);
    check(signed !== null, 'the erasure has no report');
    return 'one row of the results table';
  },
};

async function request(
  { http, keys }: SmokeContext,
  kind: 'exports' | 'erasures',
  body: object,
): Promise<Record<string, unknown>> {
  const { status, json, text } = await http.send(`POST /privacy/${kind}`, `/privacy/${kind}`, {
    method: 'POST',
    api_key: keys.own.api_key,
    body,
  });
  check(status === 202, `POST /privacy/${kind} answered ${status}: ${text}`);
  return json;
}

/** Waits until a request is done. Another tenant must not see it. */
async function follow(
  { http, keys, waitFor }: SmokeContext,
  kind: 'exports' | 'erasures',
  id: string,
): Promise<Record<string, unknown>> {
  const path = `/privacy/${kind}/${id}`;
  const theirs = await http.send(undefined, path, { api_key: keys.other.api_key });
  check(theirs.status === 404, `the other tenant: ${theirs.status}`);
  const name = `GET /privacy/${kind}/{id}`;
  return waitFor(async () => {
    const { json } = await http.send(name, path, { api_key: keys.own.api_key });
    check(json.status === 'done', `the request is ${String(json.status)}`);
    return json;
  });
}
