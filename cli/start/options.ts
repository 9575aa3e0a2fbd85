import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';

export const HELP = `Runs AuraStream on the embedded cloud until Ctrl-C.

Usage: npm start -- [options]

  --port N    the port of the AWS endpoint and the API (default 4566; 0: any free one)
  --data DIR  the folder of streams, tables and buckets (default .aurastream/cloud)
  --loopback-callbacks
              allows callbacks to this machine over plain HTTP (AWS allows public https addresses only)
  --json      print only one line of JSON to stdout when ready
  --help      print this text
`;

export interface Options {
  port: number;
  data: string;
  json: boolean;
  loopback_callbacks: boolean;
}

/**
 * Reads the options of the start command.
 *
 * @throws {Error} if an option is unknown or invalid.
 */
export function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4566' },
      data: { type: 'string', default: join('.aurastream', 'cloud') },
      json: { type: 'boolean', default: false },
      'loopback-callbacks': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, and is ${values.port}.`);
  }
  return {
    port,
    data: values.data,
    json: values.json,
    loopback_callbacks: values['loopback-callbacks'],
  };
}

/** Returns the template parameters with which the embedded cloud deploys the stack. */
export function toParameters({
  loopback_callbacks,
}: Pick<Options, 'loopback_callbacks'>): Record<string, string> {
  return { ...EMBEDDED_PARAMETERS, CallbackAllowLoopback: String(loopback_callbacks) };
}
