import * as z from 'zod';

const meterSchema = z.object({
  entries: z.array(
    z.object({
      service: z.string(),
      action: z.string(),
      calls: z.number(),
      errors: z.record(z.string(), z.number()),
      usage: z.record(z.string(), z.number()).optional(),
    }),
  ),
});

/**
 * Reads how many calls, documents and billed units the embedded cloud has counted for Comprehend.
 */
export async function comprehendUsage(
  endpoint: string,
): Promise<{ calls: number; documents: number; billed_units: number }> {
  const { entries } = meterSchema.parse(await control(endpoint, 'GET', 'meter'));
  const used = entries.filter((entry) => entry.service === 'comprehend');
  const sum = (pick: (entry: (typeof used)[number]) => number | undefined) =>
    used.reduce((total, entry) => total + (pick(entry) ?? 0), 0);
  return {
    calls: sum((entry) => entry.calls - Object.values(entry.errors).reduce((a, b) => a + b, 0)),
    documents: sum((entry) => entry.usage?.documents),
    billed_units: sum((entry) => entry.usage?.billed_units),
  };
}

async function control(endpoint: string, method: string, route: string): Promise<unknown> {
  const response = await fetch(`${endpoint}/_cloud/${route}`, { method });
  if (!response.ok) throw new Error(`The embedded cloud answered ${response.status} to ${route}`);
  return response.json();
}

/** Makes the embedded Firehose deliver its buffered records before the buffering interval ends. */
export async function flush(endpoint: string): Promise<void> {
  await control(endpoint, 'POST', 'flush');
}
