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

/** Address of an embedded cloud and the token for its control routes. */
export interface ControlledCloud {
  endpoint: string;
  control_token: string;
}

/**
 * Reads how many calls, documents and billed units the embedded cloud has counted for Comprehend.
 */
export async function comprehendUsage(
  cloud: ControlledCloud,
): Promise<{ calls: number; documents: number; billed_units: number }> {
  const { entries } = meterSchema.parse(await control(cloud, 'GET', 'meter'));
  const used = entries.filter((entry) => entry.service === 'comprehend');
  const sum = (pick: (entry: (typeof used)[number]) => number | undefined) =>
    used.reduce((total, entry) => total + (pick(entry) ?? 0), 0);
  return {
    calls: sum((entry) => entry.calls - Object.values(entry.errors).reduce((a, b) => a + b, 0)),
    documents: sum((entry) => entry.usage?.documents),
    billed_units: sum((entry) => entry.usage?.billed_units),
  };
}

async function control(
  { endpoint, control_token }: ControlledCloud,
  method: string,
  route: string,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${control_token}` };
  const response = await fetch(`${endpoint}/_cloud/${route}`, { method, headers });
  if (!response.ok) throw new Error(`The embedded cloud answered ${response.status} to ${route}`);
  return response.json();
}

/** Makes the embedded Firehose deliver its buffered records before the buffering interval ends. */
export async function flush(cloud: ControlledCloud): Promise<void> {
  await control(cloud, 'POST', 'flush');
}
