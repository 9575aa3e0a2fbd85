import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Starts AuraStream's embedded cloud and keeps it up until Ctrl-C.

Usage: npm start -- [options]

  --port N    the port of the AWS endpoint and the API (default 4566; 0: any free one)
  --data DIR  where streams, tables and buckets are kept (default .aurastream/cloud)
  --loopback-callbacks
              lets callbacks go to this machine, over plain HTTP (on AWS they go to public https addresses only)
  --json      print one line of JSON when ready, and nothing else on stdout
  --help      print this
`;

export interface Options {
  port: number;
  data: string;
  json: boolean;
  loopback_callbacks: boolean;
}

/** @throws {Error} for an option that is unknown or wrong. */
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
    throw new Error(`--port takes a number from 0 to 65535, not ${values.port}.`);
  }
  return {
    port,
    data: values.data,
    json: values.json,
    loopback_callbacks: values['loopback-callbacks'],
  };
}
