import { type Alert, type AlertEvent, alertSchema } from '../../schemas/index.ts';

const AN_EVENT_ID = '0123456789abcdef0123456789abcdef';

/** An alert of the tenant `acme` on negative records, with one webhook. */
export function anAlert(fields: Partial<Alert> = {}): Alert {
  return alertSchema.parse({
    tenant: 'acme',
    name: 'angry',
    filter: { sentiments: ['NEGATIVE'] },
    to: [{ kind: 'webhook', url: 'https://hooks.example/path?token=secret' }],
    updated_at: '2026-11-27T06:00:00.000Z',
    ...fields,
  });
}

export function anAlertEvent(fields: Partial<AlertEvent> = {}): AlertEvent {
  return {
    event_id: AN_EVENT_ID,
    kind: 'record',
    fired_at: '2026-11-27T06:20:01.000Z',
    source: 'app',
    record_id: 'r-1',
    sentiment: 'NEGATIVE',
    deliveries: [{ kind: 'webhook', host: 'hooks.example', state: 'pending', attempts: [] }],
    ...fields,
  };
}

export function nameOfEvent({ fired_at, event_id }: AlertEvent) {
  return { tenant: 'acme', name: 'angry', fired_at, event_id };
}
