import { check, type SmokeContext, type Step } from '../step.ts';

export const sql: Step = {
  promise: 'SQL finds each record of the run once',
  async run(context) {
    const { records, run } = context;
    const query = `SELECT count(*) AS n, count(DISTINCT record_id) AS ids FROM results WHERE source = '${run}'`;
    return context.waitFor(async () => {
      const [row] = (await context.aurastream('query', query)) as { n: unknown; ids: unknown }[];
      check(Number(row?.n) === records, `the lake has ${row?.n} of ${records} records`);
      check(Number(row?.ids) === records, `the lake has ${row?.ids} of ${records} ids`);
      return `${records} rows`;
    });
  },
};

export const stats: Step = {
  promise: 'GET /stats and GET /overview count the records of the run',
  async run(context) {
    const { http, keys, records, run } = context;
    return context.waitFor(async () => {
      for (const path of ['/stats', '/overview']) {
        const { status, json, text } = await http.send(`GET ${path}`, `${path}?source=${run}`, {
          api_key: keys.own.api_key,
        });
        check(status === 200, `GET ${path} answered ${status}: ${text}`);
        const [source] = json.by_source as { total: number }[];
        check(source?.total === records, `${source?.total} of ${records} records are counted`);
      }
      return `${records} records`;
    });
  },
};

export const replay: Step = {
  promise: 'replay finds nothing to do while all verdicts are of the present analyzer',
  async run({ aurastream, run }: SmokeContext) {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const found = await aurastream('replay', '--from', from, '--source', run, '--dry-run');
    const { replayed } = found as { replayed: number };
    check(replayed === 0, `replay would publish ${replayed} records`);
    return 'nothing to do';
  },
};
