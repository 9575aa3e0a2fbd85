import type {
  Alert,
  AlertDelivery,
  AlertEvent,
  AlertMessage,
  Incident,
  TrafficState,
} from '../../schemas/index.ts';

/** The alerts of all tenants. Each method throws a ServiceError if a call fails. */
export interface AlertRules {
  /** Lists the alerts of a tenant, or of all tenants, by name. */
  list(tenant?: string): Promise<Alert[]>;
  get(tenant: string, name: string): Promise<Alert | undefined>;
  /** Stores an alert. An alert of the tenant with the same name is replaced. */
  put(alert: Alert): Promise<void>;
  /**
   * Mutes an alert until a time, or ends the muting.
   *
   * @returns the alert, or undefined if there is no such alert.
   */
  mute(tenant: string, name: string, until: string | null): Promise<Alert | undefined>;
  /** @returns the deleted alert, or undefined if there was none. */
  delete(tenant: string, name: string): Promise<Alert | undefined>;
}

/** The states of the alerts on traffic. Each method throws a ServiceError if a call fails. */
export interface TrafficStates {
  /** Reads the states of the alerts of a tenant, by the name of the alert. */
  list(tenant: string): Promise<Map<string, TrafficState>>;
  /**
   * Stores a state with the next version, if the stored one has the version of this one. Version 0 demands
   * that there is none.
   *
   * @returns the stored state, or undefined if another run has stored one before.
   */
  put(tenant: string, name: string, state: TrafficState): Promise<TrafficState | undefined>;
  /** Deletes a state. Does nothing if there is none. */
  delete(tenant: string, name: string): Promise<void>;
}

/** The incidents of the alerts on traffic. Each method throws a ServiceError if a call fails. */
export interface Incidents {
  /** Stores an incident, unless it is stored already. */
  open(tenant: string, incident: Incident): Promise<void>;
  /** Adds the resolution to an incident. */
  resolve(
    tenant: string,
    incident: Pick<Incident, 'incident_id' | 'fired_at' | 'resolved_at' | 'resolved'>,
  ): Promise<void>;
  /**
   * Lists the incidents that fired in a range of ISO 8601 times, the newest first. `before` is the position
   * of the last one of the page before.
   */
  list(query: {
    tenant: string;
    from: string;
    to: string;
    limit: number;
    before?: string | undefined;
  }): Promise<{ incidents: Incident[]; next?: string | undefined }>;
}

/** Names an event: its alert, and its place in the history of the alert. */
export type EventName = Pick<AlertMessage, 'tenant' | 'name' | 'fired_at' | 'event_id'>;

/** The history of the alerts. Each method throws a ServiceError if a call fails. */
export interface AlertEvents {
  /**
   * Stores an event, unless it is stored already.
   *
   * @returns the event as it was stored before, or undefined if it is new.
   */
  create(name: EventName, event: AlertEvent): Promise<AlertEvent | undefined>;
  get(name: EventName): Promise<AlertEvent | undefined>;
  /**
   * Stores a delivery after the attempt of a message.
   *
   * @returns false if the delivery is over, or if another invocation has stored this attempt.
   */
  setDelivery(message: AlertMessage, delivery: AlertDelivery): Promise<boolean>;
  /** Lists events, the newest first. `before` is the position of the last event of the page before. */
  list(query: {
    tenant: string;
    name: string;
    limit: number;
    before?: string | undefined;
  }): Promise<{ events: AlertEvent[]; next?: string | undefined }>;
}

/** Sends messages to the function that delivers alerts. Throws a ServiceError if a call fails. */
export interface AlertQueue {
  send(message: AlertMessage, delay_seconds: number): Promise<void>;
}

/** Identifies the counter of an alert in an hour, such as `2026-11-27T06` in UTC. */
interface AlertHour {
  tenant: string;
  /** Name of the alert, or `*` for all alerts of the tenant. */
  name: string;
  hour: string;
}

/** Counts what alerts report. Each method throws a ServiceError if a call fails. */
export interface AlertLimits {
  /** Adds to the number of reported records, and returns the sum. 0 only reads it. */
  addReported(hour: AlertHour, records: number): Promise<number>;
  /** Counts records that matched and are not reported. */
  addSuppressed(alert: Omit<AlertHour, 'hour'>, records: number): Promise<void>;
  /** Returns the number of suppressed records since the last call, and starts again at 0. */
  takeSuppressed(alert: Omit<AlertHour, 'hour'>): Promise<number>;
}
