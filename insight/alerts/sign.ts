import { deriveCallbackSecret, signCallback } from '../../schemas/index.ts';

export interface SignDeps {
  /** Returns the secrets of the deployment from which those of each tenant are derived. */
  secrets: () => Promise<string[]>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Returns the headers of a webhook: the event, the id of the delivery, which stays the same in each attempt, and the
 * signature of the body, as callbacks have it.
 */
export async function signHeaders(
  { secrets, now }: SignDeps,
  body: string,
  { tenant, event, delivery }: { tenant: string; event: string; delivery: string },
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now() / 1_000);
  const signatures = (await secrets()).map((secret) =>
    signCallback(deriveCallbackSecret(secret, tenant), timestamp, body),
  );
  return {
    'x-aurastream-event': event,
    'x-aurastream-delivery': delivery,
    'x-aurastream-timestamp': String(timestamp),
    'x-aurastream-signature': signatures.join(','),
  };
}
