import { CONTROL_PREFIX } from './control-prefix.ts';
import { FaultRuleError, type Faults } from './faults/faults.ts';
import { FAULTS_HELP } from './faults/help.ts';
import { plainJson } from './http.ts';
import type { Iam } from './iam.ts';
import type { Meter } from './meter.ts';
import type { GatewayRequest } from './signature.ts';
import type { AwsReply } from './types.ts';

export interface ControlOptions {
  meter: Meter;
  faults: Faults;
  iam: Iam;
}

/**
 * Creates the handler of the gateway's control API, which has these routes:
 * - `GET health` returns `{status: "ok"}`.
 * - `GET meter` returns a {@link MeterReading}.
 * - `POST meter/reset` sets all counters of the meter to 0.
 * - `GET iam/unused` returns `{unused: UnusedGrant[]}`.
 * - `GET faults` returns `{help, rules}`.
 * - `POST faults` adds a rule and returns the rule with its id, or status 400 with the reason.
 * - `DELETE faults` and `DELETE faults/{id}` return `{removed}`, the number of removed rules.
 */
export function createControl({ meter, faults, iam }: ControlOptions) {
  const routes: Record<string, (request: GatewayRequest) => AwsReply> = {
    'GET health': () => plainJson(200, { status: 'ok' }),
    'GET meter': () => plainJson(200, meter.read()),
    'POST meter/reset': () => {
      meter.reset();
      return plainJson(200, meter.read());
    },
    'GET iam/unused': () => plainJson(200, { unused: iam.unusedGrants() }),
    'GET faults': () => plainJson(200, { help: FAULTS_HELP.split('\n'), rules: faults.list() }),
    'POST faults': ({ body }) => addRule(faults, body.toString()),
    'DELETE faults': () => plainJson(200, { removed: faults.clear() }),
  };
  return (request: GatewayRequest): AwsReply => {
    const name = `${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`;
    const id = /^DELETE faults\/([^/]+)$/.exec(name)?.[1];
    if (id !== undefined) return removeRule(faults, id);
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route !== undefined) return route(request);
    return plainJson(404, {
      message: `There is no control route ${name}. Use one of \`routes\`.`,
      routes: Object.keys(routes),
    });
  };
}

function addRule(faults: Faults, body: string): AwsReply {
  try {
    return plainJson(201, faults.add(JSON.parse(body)));
  } catch (error) {
    if (error instanceof FaultRuleError) return plainJson(400, { message: error.message });
    if (error instanceof SyntaxError) {
      const message = `The body must be a JSON object. GET ${CONTROL_PREFIX}faults explains its fields.`;
      return plainJson(400, { message });
    }
    throw error;
  }
}

function removeRule(faults: Faults, id: string): AwsReply {
  const removed = faults.clear(id);
  if (removed > 0) return plainJson(200, { removed });
  const message = `There is no fault rule ${id}. GET ${CONTROL_PREFIX}faults lists the rules.`;
  return plainJson(404, { message });
}
