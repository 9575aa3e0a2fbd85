import type { ExtraRoute } from '../gateway/gateway.ts';
import { plainJson } from '../gateway/http.ts';
import type { MappingStatus } from './event-source/mapping.ts';
import type { FunctionStatus } from './function/function.ts';
import type { QueueMappingStatus } from './queue-source/queue-mapping.ts';

/** What `GET /_aurastream/status` answers. */
export interface CloudStatus {
  /** Every event source mapping has caught up and nothing is in flight. */
  idle: boolean;
  mappings: (MappingStatus | QueueMappingStatus)[];
  functions: FunctionStatus[];
}

/** The runtime's control routes, beside the gateway's own: `GET status`, `POST flush`, `POST queues/hurry`, `POST rules/fire`. */
export function controlRoutes(options: {
  status: () => CloudStatus;
  flush: () => Promise<{ waiting: number }>;
  /** Delays and visibility timeouts of queues end now. */
  hurry: () => number;
  /** Schedules fire now. */
  fire: () => string[];
}): ExtraRoute[] {
  return [
    {
      prefix: '/_aurastream/status',
      handle: ({ method }) =>
        method === 'GET' ? Promise.resolve(plainJson(200, options.status())) : undefined,
    },
    {
      prefix: '/_aurastream/queues/hurry',
      handle: ({ method }) =>
        method === 'POST'
          ? Promise.resolve(plainJson(200, { hurried: options.hurry() }))
          : undefined,
    },
    {
      prefix: '/_aurastream/rules/fire',
      handle: ({ method }) =>
        method === 'POST' ? Promise.resolve(plainJson(200, { fired: options.fire() })) : undefined,
    },
    {
      prefix: '/_aurastream/flush',
      handle: ({ method }) =>
        method === 'POST' ? options.flush().then((flushed) => plainJson(200, flushed)) : undefined,
    },
  ];
}
