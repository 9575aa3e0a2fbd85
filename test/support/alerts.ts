import {
  type AlertEvent,
  alertSchema,
  type Incident,
  type RecordAlert,
  type TrafficAlert,
  type TrafficState,
} from '../../schemas/index.ts';

const AN_EVENT_ID = '0123456789abcdef0123456789abcdef';

/** An alert of the tenant `acme` on negative records, with one webhook. */
export function anAlert(fields: Partial<RecordAlert> = {}): RecordAlert {
  return alertSchema.parse({
    tenant: 'acme',
    name: 'angry',
    filter: { sentiments: ['NEGATIVE'] },
    to: [{ kind: 'webhook', url: 'https://hooks.example/path?token=secret' }],
    updated_at: '2026-11-27T06:00:00.000Z',
    ...fields,
  }) as RecordAlert;
}

/** An alert of the tenant `acme` on the traffic of its sources, with one webhook. */
export function aTrafficAlert<Kind extends TrafficAlert['kind']>(
  kind: Kind,
  fields: Partial<Extract<TrafficAlert, { kind: Kind }>> = {},
): Extract<TrafficAlert, { kind: Kind }> {
  const { filter, ...common } = anAlert();
  return alertSchema.parse({ ...common, ...fields, kind }) as Extract<TrafficAlert, { kind: Kind }>;
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

/** The state of an alert on a shift that fires for the source `app`, before it is stored. */
export function aTrafficState(fields: Partial<TrafficState> = {}): TrafficState {
  return {
    ...{ version: 0, conditions: '{}', evaluated_until: 29_930_000, settled_until: 29_929_985 },
    cells: { app: { firing: { incident_id: AN_EVENT_ID, minute: 29_929_990 } } },
    ...{ outbox: [], written_at: 0 },
    ...fields,
  };
}

/** An incident of the source `app` that is not resolved. */
export function anIncident(fields: Partial<Incident> = {}): Incident {
  return {
    ...{ incident_id: AN_EVENT_ID, alert: 'angry', kind: 'shift', source: 'app' },
    fired_at: '2026-11-27T06:20:00.000Z',
    fired: {
      ...{ kind: 'shift', source: 'app', records: 60, negative: 31 },
      ...{ from: '2026-11-27T05:40:00.000Z', to: '2026-11-27T06:20:00.000Z' },
      ...{ share: 0.517, usual_share: 0.24 },
    },
    ...fields,
  };
}
