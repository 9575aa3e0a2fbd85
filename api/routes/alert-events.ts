import { planDeliveries, sendEvent } from '../../insight/alerts/report.ts';
import {
  type AlertEvent,
  type AlertHistoryResponse,
  type AlertTestResponse,
  alertHistoryQuerySchema,
  alertHistoryResponseSchema,
  alertTestResponseSchema,
  type IncidentsResponse,
  incidentsQuerySchema,
  incidentsResponseSchema,
} from '../../schemas/index.ts';
import { notFound } from '../http/errors.ts';
import { parseParams, parseQuery } from '../http/parse.ts';
import { formatQueryCursor, parseQueryCursor } from '../http/query-cursor.ts';
import { alertParams, recordChange } from './alerts.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const test: Route = {
  method: 'POST',
  path: '/alerts/{name}/test',
  operation_id: 'testAlert',
  summary: 'Sends a test to each destination of an alert',
  tag: 'Alerts',
  access: ['admin'],
  params: alertParams,
  answers: { 202: { description: 'The test is on its way', schema: alertTestResponseSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, alertParams, 'alert');
    const tenant = c.get('tenant');
    const alert = await deps.alerts.get(tenant, name);
    if (alert === undefined) throw notFound('alert');
    await recordChange(deps, c, 'test_alert', name);
    const event_id = deps.random_id();
    const fired_at = new Date(deps.now()).toISOString();
    const event: AlertEvent = {
      ...{ event_id, fired_at, kind: 'test' },
      deliveries: planDeliveries(alert),
    };
    const event_name = { tenant, name, fired_at, event_id };
    void (await deps.alert_events.create(event_name, event));
    void (await sendEvent({ queue: deps.alert_queue }, event_name, event));
    return c.json({ event_id } satisfies AlertTestResponse, 202);
  },
};

const history: Route = {
  method: 'GET',
  path: '/alerts/{name}/history',
  operation_id: 'alertHistory',
  summary: 'What an alert has reported and to which hosts, newest first',
  tag: 'Alerts',
  access: ['read'],
  params: alertParams,
  query: alertHistoryQuerySchema,
  answers: { 200: { description: 'A page of events', schema: alertHistoryResponseSchema } },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, alertParams, 'alert');
    const { limit, cursor } = parseQuery(c.req, alertHistoryQuerySchema);
    const tenant = c.get('tenant');
    const before = cursor === undefined ? undefined : parseQueryCursor(tenant, { name }, cursor);
    const { events, next } = await deps.alert_events.list({ tenant, name, limit, before });
    return c.json({
      ...{ name, events },
      ...(next === undefined ? {} : { next_cursor: formatQueryCursor(tenant, { name }, next) }),
    } satisfies AlertHistoryResponse);
  },
};

const incidents: Route = {
  method: 'GET',
  path: '/incidents',
  operation_id: 'incidents',
  summary: 'When your alerts on traffic fired and were resolved, newest first',
  tag: 'Alerts',
  access: ['read'],
  query: incidentsQuerySchema,
  answers: { 200: { description: 'A page of incidents', schema: incidentsResponseSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { from, to, limit, cursor } = parseQuery(c.req, incidentsQuerySchema);
    const tenant = c.get('tenant');
    const range = { from, to };
    const before = cursor === undefined ? undefined : parseQueryCursor(tenant, range, cursor);
    const page = await deps.incidents.list({ tenant, ...range, limit, before });
    const { next } = page;
    return c.json({
      incidents: page.incidents,
      ...(next === undefined ? {} : { next_cursor: formatQueryCursor(tenant, range, next) }),
    } satisfies IncidentsResponse);
  },
};

export const alertEventRoutes: Route[] = [test, history, incidents];
