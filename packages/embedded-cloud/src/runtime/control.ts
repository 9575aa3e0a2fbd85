import { CONTROL_PREFIX } from '../gateway/control-prefix.ts';
import type { ExtraRoute } from '../gateway/gateway.ts';
import { plainJson } from '../gateway/http.ts';
import type { MappingStatus } from './event-source/mapping.ts';
import type { FunctionStatus } from './function/function.ts';
import type { QueueMappingStatus } from './queue-source/queue-mapping.ts';

/** The body of the answer to `GET /_cloud/status`. */
export interface CloudStatus {
  /**
   * True if every event source mapping has processed all its records and messages, and no mapping
   * has an invocation in flight.
   */
  idle: boolean;
  mappings: (MappingStatus | QueueMappingStatus)[];
  functions: FunctionStatus[];
}

export interface ControlActions {
  status: () => CloudStatus;
  flush: () => Promise<{ waiting: number }>;
  /**
   * Ends all delays and visibility timeouts of the queues.
   * @returns the number of messages that became visible.
   */
  releaseMessages: () => number;
  /**
   * Fires all schedules.
   * @returns the names of the schedules' rules.
   */
  fireSchedules: () => string[];
  /**
   * Closes all open shards of the tables' streams, and opens some children for each of them.
   * @returns the number of closed shards.
   */
  replaceShards: (children: number) => Promise<number>;
}

/**
 * Creates the control routes of the runtime, which are `GET status`, `POST flush`, `POST
 * queues/release`, `POST rules/fire`, `POST table-streams/roll` and `POST table-streams/split`.
 */
export function controlRoutes(actions: ControlActions): ExtraRoute[] {
  return [
    controlRoute('GET', 'status', async () => actions.status()),
    controlRoute('POST', 'flush', actions.flush),
    controlRoute('POST', 'queues/release', async () => ({ released: actions.releaseMessages() })),
    controlRoute('POST', 'rules/fire', async () => ({ fired: actions.fireSchedules() })),
    controlRoute('POST', 'table-streams/roll', async () => ({
      closed: await actions.replaceShards(1),
    })),
    controlRoute('POST', 'table-streams/split', async () => ({
      closed: await actions.replaceShards(2),
    })),
  ];
}

function controlRoute(method: string, path: string, act: () => Promise<object>): ExtraRoute {
  return {
    prefix: `${CONTROL_PREFIX}${path}`,
    handle(request) {
      if (request.method !== method) return undefined;
      return act().then((body) => plainJson(200, body));
    },
  };
}
