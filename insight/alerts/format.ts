import type { Alert, AlertDestination, AlertEvent, Result } from '../../schemas/index.ts';
import { describeFinding } from './traffic/describe-finding.ts';

/** Longest text that is sent, in code points. Slack cuts messages at 40,000 characters. */
const MAX_TEXT = 2_000;

/** An event with all that its message needs. */
export interface Occasion {
  alert: Alert;
  event: AlertEvent;
  /** The record, as its row is now. Only an event of the kind `record` has one. */
  row?: Result | undefined;
}

/** Formats the body of the post of an event, in the form of the destination. */
export function formatBody(kind: AlertDestination['kind'], occasion: Occasion): string {
  return JSON.stringify(FORMS[kind](occasion));
}

const FORMS: Record<AlertDestination['kind'], (occasion: Occasion) => object> = {
  webhook: ({ alert, event, row }) => ({
    event: `alert.${event.kind}`,
    alert: alert.name,
    event_id: event.event_id,
    fired_at: event.fired_at,
    ...(event.suppressed_before === undefined
      ? {}
      : { suppressed_before: event.suppressed_before }),
    ...(event.incident_id === undefined ? {} : { incident_id: event.incident_id }),
    ...(event.finding === undefined ? {} : { finding: event.finding }),
    ...(row === undefined ? {} : { result: showRow(row) }),
  }),
  slack: (occasion) => formatLines('slack', describe(occasion)),
  teams: (occasion) => formatLines('teams', describe(occasion)),
};

/** Formats lines of plain text as a message of Slack or Teams. */
export function formatLines(
  kind: Exclude<AlertDestination['kind'], 'webhook'>,
  lines: string[],
): object {
  // Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
  if (kind === 'slack') return { text: lines.map(escapeForSlack).join('\n') };
  // Source: https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: lines.map((line) => ({
            type: 'TextBlock',
            text: escapeMarkdown(line),
            wrap: true,
          })),
        },
      },
    ],
  };
}

function showRow(row: Result) {
  const { tenant, source, record_id, status, sentiment, score, confidence, scores } = row;
  const { language_code, author, url, attributes, created_at, text } = row;
  return {
    ...{ tenant, source, record_id, status, sentiment, score, confidence, scores, language_code },
    ...{ author, url, attributes, created_at, text: text === undefined ? undefined : cut(text) },
  };
}

/** Describes an event in a few lines. A text is one line, so that it cannot look like ours. */
function describe({ alert, event, row }: Occasion): string[] {
  if (event.finding !== undefined) return describeFinding(alert.name, event.kind, event.finding);
  if (row === undefined) return [`${alert.name}: this is a test of AuraStream.`];
  const { source, record_id, sentiment, score, text, url } = row;
  const certainty = score === undefined ? '' : ` (${score.toFixed(2)})`;
  const { suppressed_before = 0 } = event;
  return [
    `${alert.name}: ${sentiment}${certainty} in ${source}`,
    ...(text === undefined ? [] : [cut(text).replace(/\s+/g, ' ')]),
    ...(url === undefined ? [] : [url]),
    `Record ${record_id}, ${row.created_at}`,
    ...(suppressed_before === 0
      ? []
      : [`About ${suppressed_before} more matched before and were over the limit of an hour.`]),
  ];
}

function cut(text: string): string {
  const letters = [...text.slice(0, 2 * MAX_TEXT + 2)];
  return letters.length > MAX_TEXT ? `${letters.slice(0, MAX_TEXT).join('')}…` : text;
}

/**
 * Escapes the characters with which a text could mention people or hide links.
 * Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping
 */
function escapeForSlack(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escapes the Markdown of adaptive cards, which has links, lists and emphasis. */
function escapeMarkdown(line: string): string {
  return line.replace(/[\\`*_{}[\]()#+!|>~-]/g, '\\$&');
}
