import { createHash, randomBytes } from 'node:crypto';

/**
 * Number of invocations of one function in one chain of requests after which Lambda stops the next
 * invocation.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const MAX_INVOCATIONS = 16;

const LINEAGE = 'Lineage=';

/**
 * Returns the trace header of an invocation. The header counts the invocations of each function in
 * the chain of requests, as in `Root=1-…;Lineage=a87bd80c:1|68fd508a:5`. Lambda gives the header to
 * the function, the SDK sends it with each call, and SQS keeps it with the message.
 *
 * @param caused_by trace header of the request that caused the invocation. Undefined if the request
 * had no trace header.
 */
export function nextTraceHeader(
  caused_by: string | undefined,
  function_arn: string,
  now: number,
): string {
  const fields = caused_by?.split(';') ?? [newRoot(now), 'Sampled=0'];
  const counts = readLineage(fields);
  const name = nameInLineage(function_arn);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  const lineage = [...counts].map(([function_name, count]) => `${function_name}:${count}`);
  const others = fields.filter((field) => !field.startsWith(LINEAGE));
  return [...others, LINEAGE + lineage.join('|')].join(';');
}

/**
 * Returns whether the function has been invoked so often in the chain of requests that Lambda stops
 * the next invocation.
 */
export function isRecursiveLoop(caused_by: string | undefined, function_arn: string): boolean {
  const counts = readLineage(caused_by?.split(';') ?? []);
  return (counts.get(nameInLineage(function_arn)) ?? 0) >= MAX_INVOCATIONS;
}

/** Returns the number of invocations in the chain of requests, by function. */
function readLineage(fields: string[]): Map<string, number> {
  const lineage = fields.find((field) => field.startsWith(LINEAGE))?.slice(LINEAGE.length);
  if (lineage === undefined) return new Map();
  return new Map(
    lineage.split('|').map((entry) => {
      const [name = '', count] = entry.split(':');
      return [name, Number(count)];
    }),
  );
}

function nameInLineage(function_arn: string): string {
  return createHash('sha256').update(function_arn).digest('hex').slice(0, 8);
}

function newRoot(now: number): string {
  const seconds = Math.floor(now / 1_000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}
