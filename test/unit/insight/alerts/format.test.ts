import { expect, it } from 'vitest';
import { formatBody } from '../../../../insight/alerts/format.ts';
import type { AlertEvent, Finding, Result } from '../../../../schemas/index.ts';
import { anAlert, anAlertEvent, anIncident, aTrafficAlert } from '../../../support/alerts.ts';

const ROW = {
  ...{ tenant: 'acme', source: 'app', record_id: 'r-1', status: 'analyzed' },
  ...{ sentiment: 'NEGATIVE', score: 0.9, created_at: '2026-11-27T06:00:00.000Z' },
  ...{ url: 'https://shop.example/r-1', job_id: 'job_1', text_hash: 'abc' },
  text: 'Bad <!channel>\n& *worse*',
} as Result;
const occasion = { alert: anAlert(), event: anAlertEvent({ suppressed_before: 7 }), row: ROW };

it('a message to Slack has the record, and no text can mention a channel or begin a line', () => {
  expect(JSON.parse(formatBody('slack', occasion))).toEqual({
    text: [
      'angry: NEGATIVE (0.90) in app',
      'Bad &lt;!channel&gt; &amp; *worse*',
      'https://shop.example/r-1',
      'Record r-1, 2026-11-27T06:00:00.000Z',
      'About 7 more matched before and were over the limit of an hour.',
    ].join('\n'),
  });
});

it('a message to Teams is an adaptive card, whose text has no Markdown', () => {
  const body = JSON.parse(formatBody('teams', occasion));
  expect(body).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', version: '1.4' },
      },
    ],
  });
  const lines = body.attachments[0].content.body.map(({ text }: { text: string }) => text);
  expect(lines[1]).toBe('Bad <\\!channel\\> & \\*worse\\*');
});

it('the body of a webhook has the fields of the result that describe the record, and no others', () => {
  const { result, suppressed_before } = JSON.parse(formatBody('webhook', occasion));
  expect(suppressed_before).toBe(7);
  expect(result).toEqual({
    ...{ tenant: 'acme', source: 'app', record_id: 'r-1', status: 'analyzed' },
    ...{ sentiment: 'NEGATIVE', score: 0.9, created_at: '2026-11-27T06:00:00.000Z' },
    ...{ url: 'https://shop.example/r-1', text: ROW.text },
  });
});

it.each(['webhook', 'slack', 'teams'] as const)(
  'a long text is cut to 2,000 characters for %s, and never within a character',
  (kind) => {
    const body = formatBody(kind, { ...occasion, row: { ...ROW, text: '😀'.repeat(300_000) } });
    expect([...body.matchAll(/😀/gu)]).toHaveLength(2_000);
    expect(body).toContain('😀…');
  },
);

it('a record without a stored text, url and score is described all the same', () => {
  const { text, url, score, ...row } = ROW;
  const event = anAlertEvent();
  const body = formatBody('slack', { alert: anAlert(), event, row: row as Result });
  expect(JSON.parse(body).text.split('\n')).toEqual([
    'angry: NEGATIVE in app',
    'Record r-1, 2026-11-27T06:00:00.000Z',
  ]);
});

const describeEvent = (kind: AlertEvent['kind'], finding: Finding) => {
  const { incident_id } = anIncident();
  const event = anAlertEvent({ kind, incident_id, finding });
  const alert = aTrafficAlert(finding.kind, { name: 'worse' });
  const { text } = JSON.parse(formatBody('slack', { alert, event }));
  return text.split('\n');
};
const WINDOW = { from: '2026-11-27T05:12:00.000Z', to: '2026-11-27T05:46:00.000Z' };

it('a message of an alert on traffic says the effect: share now, usual share, window and records', () => {
  const finding: Finding = {
    ...{ kind: 'shift', source: 'app', ...WINDOW },
    ...{ records: 60, negative: 31, share: 0.517, usual_share: 0.24 },
  };
  expect(describeEvent('fired', finding)).toEqual([
    'worse: 52 % of the records of app are negative, usually 24 %.',
    '31 of 60 records from 2026-11-27 05:12 to 05:46 UTC.',
  ]);
  expect(describeEvent('resolved', finding)[0]).toBe(
    'worse: resolved. 52 % of the records of app are negative, usually 24 %.',
  );
});

it('a message on volume and on silence says the number of records and the usual one', () => {
  const volume: Finding = {
    ...{ kind: 'volume', source: 'app', ...WINDOW, records: 310, usual_records: 90.4 },
  };
  expect(describeEvent('fired', volume)).toEqual([
    'worse: 310 records of app, usually 90.',
    'Counted from 2026-11-27 05:12 to 05:46 UTC.',
  ]);
  const silence: Finding = {
    ...{ kind: 'silence', source: 'app', records: 0, usual_records: 7.5 },
    ...{ from: '2026-11-26T23:30:00.000Z', to: '2026-11-27T00:30:00.000Z' },
  };
  expect(describeEvent('fired', silence)).toEqual([
    'worse: no records of app from 2026-11-26 23:30 to 2026-11-27 00:30 UTC.',
    'Usual in the time after which the alert fires: 7.5.',
  ]);
});

it('a webhook of an alert on traffic has the finding and the incident', () => {
  const { incident_id, fired: finding } = anIncident();
  const event = anAlertEvent({ kind: 'fired', incident_id, finding });
  const body = JSON.parse(formatBody('webhook', { alert: aTrafficAlert('shift'), event }));
  expect(body).toMatchObject({ event: 'alert.fired', incident_id, finding });
});
