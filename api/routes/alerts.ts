import type { Context } from 'hono';
import * as z from 'zod';
import { writeMinuteEnd } from '../../insight/alerts/traffic/tallies.ts';
import { CallbackUrlError, checkCallbackUrl } from '../../jobs/callbacks/url.ts';
import {
  type Alert,
  type AlertDestination,
  type AlertsResponse,
  type AlertView,
  type AuditedAct,
  alertInputSchema,
  alertMuteSchema,
  alertsResponseSchema,
  alertViewSchema,
  MAX_ALERTS,
  slug,
  type TrafficState,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { HttpError, notFound } from '../http/errors.ts';
import { parseBody, parseParams } from '../http/parse.ts';
import { describeCaller } from '../http/record-reads.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** The longest filter has 50 words and 20 values of some attributes. */
const MAX_BODY_BYTES = 65_536;
const TAG = 'Alerts';
export const alertParams = z.object({ name: slug });

const list: Route = {
  method: 'GET',
  path: '/alerts',
  operation_id: 'alerts',
  summary: 'Your alerts, by name',
  tag: TAG,
  access: ['read'],
  answers: { 200: { description: 'All alerts of the tenant', schema: alertsResponseSchema } },
  errors: [...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const alerts = await deps.alerts.list(c.get('tenant'));
    return c.json({ alerts: await showAlerts(deps, alerts) } satisfies AlertsResponse);
  },
};

const set: Route = {
  method: 'POST',
  path: '/alerts',
  operation_id: 'setAlert',
  summary: 'Creates an alert, or replaces the one with the same name',
  tag: TAG,
  access: ['admin'],
  body: alertInputSchema,
  max_body_bytes: MAX_BODY_BYTES,
  answers: { 200: { description: 'The alert', schema: alertViewSchema } },
  errors: [...BODY_ERRORS, 'CONFLICT', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, alertInputSchema, MAX_BODY_BYTES);
    checkDestinations(value.to, deps.settings.allow_loopback_callbacks);
    const tenant = c.get('tenant');
    const others = (await deps.alerts.list(tenant)).filter(({ name }) => name !== value.name);
    if (others.length >= MAX_ALERTS) {
      throw new HttpError('CONFLICT', `A tenant can have ${MAX_ALERTS} alerts; delete one first`);
    }
    await recordChange(deps, c, 'set_alert', value.name);
    const alert = { ...value, tenant, updated_at: new Date(deps.now()).toISOString() };
    await deps.alerts.put(alert);
    return c.json(await showAlert(deps, alert));
  },
};

const mute: Route = {
  method: 'POST',
  path: '/alerts/{name}/mute',
  operation_id: 'muteAlert',
  summary: 'Mutes an alert until a time, or ends the muting',
  tag: TAG,
  access: ['admin'],
  params: alertParams,
  body: alertMuteSchema,
  max_body_bytes: MAX_BODY_BYTES,
  answers: { 200: { description: 'The alert', schema: alertViewSchema } },
  errors: [...BODY_ERRORS, 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, alertParams, 'alert');
    const { value } = await parseBody(c.req, alertMuteSchema, MAX_BODY_BYTES);
    await recordChange(deps, c, 'mute_alert', name);
    const alert = await deps.alerts.mute(c.get('tenant'), name, value.until);
    if (alert === undefined) throw notFound('alert');
    return c.json(await showAlert(deps, alert));
  },
};

const remove: Route = {
  method: 'DELETE',
  path: '/alerts/{name}',
  operation_id: 'deleteAlert',
  summary: 'Deletes an alert',
  tag: TAG,
  access: ['admin'],
  params: alertParams,
  answers: { 200: { description: 'The deleted alert', schema: alertViewSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, alertParams, 'alert');
    await recordChange(deps, c, 'delete_alert', name);
    const alert = await deps.alerts.delete(c.get('tenant'), name);
    if (alert === undefined) throw notFound('alert');
    const shown = await showAlert(deps, alert);
    // A new alert of this name must not begin where this one ends.
    if (alert.kind !== 'record') await deps.alert_states.delete(alert.tenant, name);
    return c.json(shown);
  },
};

export const alertRoutes: Route[] = [list, set, mute, remove];

/** Writes a change to the audit trail. If the trail takes no entry, nothing is changed. */
export async function recordChange(
  { record_read }: Pick<ApiDeps, 'record_read'>,
  c: Context<ApiEnv>,
  act: AuditedAct,
  name: string,
): Promise<void> {
  const tenant = c.get('tenant');
  await record_read({ caller: describeCaller(c), act: { act, tenant, selectors: { name } } });
}

/** @throws {HttpError} VALIDATION_ERROR if a URL is not one to which alerts may be sent. */
export function checkDestinations(to: AlertDestination[], allow_loopback: boolean): void {
  for (const [i, { url }] of to.entries()) {
    try {
      void checkCallbackUrl(url, { allow_loopback });
    } catch (error) {
      if (!(error instanceof CallbackUrlError)) throw error;
      const field = `to.${i}.url`;
      throw new HttpError('VALIDATION_ERROR', `${field}: ${error.message}`, { field });
    }
  }
}

async function showAlert(deps: Pick<ApiDeps, 'alert_states'>, alert: Alert): Promise<AlertView> {
  return describeAlert(alert, await readStates(deps, [alert]));
}

async function showAlerts(
  deps: Pick<ApiDeps, 'alert_states'>,
  alerts: Alert[],
): Promise<AlertView[]> {
  const states = await readStates(deps, alerts);
  return alerts.map((alert) => describeAlert(alert, states));
}

type States = ReadonlyMap<string, TrafficState>;

/** Reads the states of alerts of one tenant, by name. Alerts on records have none. */
async function readStates(
  { alert_states }: Pick<ApiDeps, 'alert_states'>,
  alerts: Alert[],
): Promise<States> {
  const tenant = alerts.find(({ kind }) => kind !== 'record')?.tenant;
  return tenant === undefined ? new Map() : alert_states.list(tenant);
}

function describeAlert({ tenant, to: destinations, ...alert }: Alert, states: States): AlertView {
  const to = destinations.map(({ kind, url }) => ({ kind, host: new URL(url).host }));
  if (alert.kind === 'record') return { ...alert, to };
  const state = states.get(alert.name);
  if (state === undefined) return { ...alert, to, firing: [] };
  const firing = Object.entries(state.cells).flatMap(([source, cell]) => {
    if (cell.firing === undefined) return [];
    const { incident_id, minute } = cell.firing;
    return [{ source, incident_id, fired_at: writeMinuteEnd(minute) }];
  });
  return { ...alert, to, firing, evaluated_until: writeMinuteEnd(state.evaluated_until) };
}
