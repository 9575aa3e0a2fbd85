import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alertsCommand } from '../../../cli/commands/alerts.ts';
import type { AlertView } from '../../../schemas/index.ts';
import { anAlertEvent, anIncident } from '../../support/alerts.ts';
import { runCommand } from '../../support/cli.ts';

const VIEW: AlertView = {
  kind: 'record',
  name: 'angry',
  filter: { sentiments: ['NEGATIVE'] },
  to: [{ kind: 'slack', host: 'hooks.slack.com' }],
  most_per_hour: 20,
  updated_at: '2026-11-27T06:00:00.000Z',
};

const SHIFT_VIEW: AlertView = {
  kind: 'shift',
  name: 'worse',
  ...{ ratio: 2, least_records: 20, cooldown_minutes: 60, most_per_hour: 20 },
  to: [{ kind: 'slack', host: 'hooks.slack.com' }],
  updated_at: '2026-11-27T06:00:00.000Z',
  firing: [
    {
      ...{ source: 'support', incident_id: '0123456789abcdef0123456789abcdef' },
      fired_at: '2026-11-27T06:00:00.000Z',
    },
  ],
};

let sent: { method: string; path: string; body: unknown }[];
let answers: Record<string, () => Response>;
beforeEach(() => {
  sent = [];
  answers = {};
  vi.stubEnv('AURASTREAM_API_KEY', 'a-key');
  vi.stubGlobal('fetch', async (input: URL | string, init: RequestInit = {}) => {
    const path = new URL(input).pathname.replace(/^\/v1/, '');
    const { method = 'GET', body } = init;
    sent.push({ method, path, body: body === undefined ? undefined : JSON.parse(String(body)) });
    const answer = answers[`${method} ${path}`];
    if (answer === undefined) throw new Error(`No answer to ${method} ${path}`);
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const alerts = (...words: string[]) => runCommand(alertsCommand(), ...words);

it('aurastream alerts create sends the filter and the destinations of its options', async () => {
  answers['POST /alerts'] = () => Response.json(VIEW);
  const { stdout: out } = await alerts(
    ...['create', 'angry', '--sentiment', 'NEGATIVE', 'MIXED', '--least-score', '0.5'],
    ...['--least-confidence', '0.2', '--source', 'app', '--language', 'en', 'de'],
    ...['--attribute', 'stars=1', '--attribute', 'stars=2', '--attribute', 'product=a=b'],
    ...['--word', 'refund', '--slack', 'https://hooks.slack.com/x', '--most-per-hour', '5'],
  );
  expect(sent[0]?.body).toEqual({
    name: 'angry',
    filter: {
      ...{ sentiments: ['NEGATIVE', 'MIXED'], sources: ['app'], languages: ['en', 'de'] },
      ...{ words: ['refund'], least_score: 0.5, least_confidence: 0.2 },
      attributes: { stars: ['1', '2'], product: ['a=b'] },
    },
    to: [{ kind: 'slack', url: 'https://hooks.slack.com/x' }],
    most_per_hour: 5,
  });
  expect(out).toContain('aurastream alerts test angry');
});

it.each([
  [
    ['shift', '--source', 'app', '--ratio', '1.5', '--least-records', '30', '--cooldown', '15'],
    { sources: ['app'], ratio: 1.5, least_records: 30, cooldown_minutes: 15 },
  ],
  [['volume', '--direction', 'down', '--window', '30'], { direction: 'down', window_minutes: 30 }],
  [['silence', '--minutes', '90'], { minutes: 90 }],
])(
  'aurastream alerts create --kind %s sends the conditions of its options',
  async (words, fields) => {
    answers['POST /alerts'] = () => Response.json(SHIFT_VIEW);
    const to = ['--slack', 'https://hooks.slack.com/x'];
    await alerts(...['create', 'worse', '--kind'], ...words, ...to);
    expect(sent[0]?.body).toEqual({
      ...{ name: 'worse', kind: words[0], ...fields },
      to: [{ kind: 'slack', url: 'https://hooks.slack.com/x' }],
    });
  },
);

it('aurastream alerts list prints the kinds, the conditions, and the sources that fire', async () => {
  answers['GET /alerts'] = () => Response.json({ alerts: [VIEW, SHIFT_VIEW] });
  const { stdout: out } = await alerts('list');
  expect(out).toContain('2 × share of each source');
  expect(out).toContain('support');
});

it('aurastream alerts history prints what fired an alert, and why it was not sent', async () => {
  const { incident_id, fired: finding } = anIncident();
  const event = anAlertEvent({
    ...{ kind: 'fired', incident_id, finding, not_sent: 'muted', deliveries: [] },
  });
  answers['GET /alerts/worse/history'] = () => Response.json({ name: 'worse', events: [event] });
  const { stdout: out } = await alerts('history', 'worse');
  expect(out).toContain('app fired');
  expect(out).toContain('not sent: muted');
});

it.each([
  [
    ['create', 'a', '--kind', 'shift', '--word', 'refund', '--slack', 'https://a.example'],
    '--word',
  ],
  [['create', 'a', '--ratio', '2', '--slack', 'https://a.example'], '--ratio'],
  [['create', 'angry', '--webhook', 'https://a.example'], 'every record'],
  [['create', 'angry', '--word', 'refund'], 'no destination'],
  [['mute', 'angry'], 'how long'],
  [['mute', 'angry', '--end', '--for', '2h'], 'how long'],
])('aurastream alerts %s is refused before a request is sent', async (words, message) => {
  expect((await alerts(...words)).error).toMatchObject({
    message: expect.stringContaining(message),
  });
  expect(sent).toEqual([]);
});

it('aurastream alerts list prints each alert with its hosts', async () => {
  answers['GET /alerts'] = () => Response.json({ alerts: [VIEW] });
  const { stdout: out } = await alerts('list');
  expect(out).toContain('angry');
  expect(out).toContain('slack hooks.slack.com');
});

it('aurastream alerts mute computes the end of a duration, and --end ends the muting', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 27), toFake: ['Date'] });
  answers['POST /alerts/angry/mute'] = () => Response.json(VIEW);
  await alerts('mute', 'angry', '--for', '2h');
  await alerts('mute', 'angry', '--until', '2026-12-01');
  await alerts('mute', 'angry', '--end');
  expect(sent.map(({ body }) => body)).toEqual([
    { until: '2026-11-27T02:00:00.000Z' },
    { until: '2026-12-01T00:00:00.000Z' },
    { until: null },
  ]);
});

it('aurastream alerts test and delete name the alert', async () => {
  answers['POST /alerts/angry/test'] = () => Response.json({ event_id: 'e' }, { status: 202 });
  answers['DELETE /alerts/angry'] = () => Response.json(VIEW);
  expect((await alerts('test', 'angry')).stdout).toContain('alerts history angry');
  expect((await alerts('delete', 'angry')).stdout).toContain('Deleted angry.');
});

it('aurastream alerts history prints each delivery with its last answer', async () => {
  const { fired_at } = anAlertEvent();
  const attempts = [
    { attempted_at: fired_at, duration_ms: 3, status: 503 },
    { attempted_at: fired_at, duration_ms: 3, error: 'Timeout' },
  ];
  const deliveries = [
    { kind: 'slack' as const, host: 'hooks.slack.com', state: 'failed' as const, attempts },
  ];
  answers['GET /alerts/angry/history'] = () =>
    Response.json({ name: 'angry', events: [anAlertEvent({ deliveries })] });
  const { stdout: out } = await alerts('history', 'angry');
  expect(out).toMatch(/app\/r-1 +NEGATIVE +slack hooks\.slack\.com +failed +2 +Timeout/);
});
