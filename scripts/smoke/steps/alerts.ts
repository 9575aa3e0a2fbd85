import { check, type SmokeContext, type Step } from '../step.ts';

/** Takes the alerts if the user gave no URL. It belongs to no one, and answers 404 or 405. */
const NO_RECEIVER = 'https://example.com/aurastream-smoke';

export const alerts: Step = {
  promise: 'An alert reports a record that matches it, and says to which hosts',
  async run(context) {
    const { run, callback_url } = context;
    const url = callback_url ?? NO_RECEIVER;
    const filter = { sources: [`${run}-alert`] };
    await ask(context, 'POST /alerts', '/alerts', {
      method: 'POST',
      body: { kind: 'record', name: run, filter, to: [{ kind: 'webhook', url }] },
    });
    try {
      const seconds = await waitForReport(context, callback_url !== undefined);
      await ask(context, 'POST /alerts/{name}/mute', `/alerts/${run}/mute`, {
        method: 'POST',
        body: { until: null },
      });
      const { alerts: listed } = await ask(context, 'GET /alerts', '/alerts');
      const names = (listed as { name: string }[]).map(({ name }) => name);
      check(names.includes(run), 'the alert is not listed');
      return `reported after ${seconds} s to ${new URL(url).host}`;
    } finally {
      await publish(context, { deleted: true });
      await ask(context, 'DELETE /alerts/{name}', `/alerts/${run}`, { method: 'DELETE' });
    }
  },
};

interface Event {
  kind: string;
  deliveries: { state: string }[];
}

/**
 * Publishes another version of a record until the alert reports one, because the function that reports learns
 * of a new alert within seconds.
 *
 * @returns the time that this took, in seconds.
 */
async function waitForReport(context: SmokeContext, is_received: boolean): Promise<number> {
  const started_at = performance.now();
  let version = 0;
  await context.waitFor(async () => {
    version += 1;
    await publish(context, { text: `I hate it, for the ${version}. time, says ${context.run}` });
    const path = `/alerts/${context.run}/history`;
    const { events } = await ask(context, 'GET /alerts/{name}/history', path);
    const reported = (events as Event[]).filter(({ kind }) => kind === 'record');
    const states = reported.flatMap(({ deliveries }) => deliveries.map(({ state }) => state));
    check(reported.length > 0, 'the alert has reported nothing');
    check(!is_received || states.includes('delivered'), `the deliveries are ${states.join()}`);
  });
  return Math.round((performance.now() - started_at) / 1_000);
}

async function publish(context: SmokeContext, content: object): Promise<void> {
  const record = { record_id: `${context.run}-alert`, source: `${context.run}-alert`, ...content };
  await ask(context, undefined, '/records', { method: 'POST', body: { records: [record] } });
}

async function ask(
  { http, keys }: SmokeContext,
  name: string | undefined,
  path: string,
  request: { method?: string; body?: object } = {},
): Promise<Record<string, unknown>> {
  const { status, json, text } = await http.send(name, path, {
    ...request,
    api_key: keys.own.api_key,
  });
  check(status < 300, `${name ?? path} answered ${status}: ${text}`);
  return json;
}
