/** An HTTP answer. A header may have several values. */
export interface ApiAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
}

/**
 * Reads a function's answer in a proxy integration.
 * @returns undefined if the answer is malformed.
 */
export function proxyAnswer(payload: string): ApiAnswer | undefined {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answer as Record<
    string,
    unknown
  >;
  const status = Number(statusCode);
  const isText = typeof body === 'string' || body === undefined || body === null;
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isText) return undefined;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...textHeaders(headers),
      ...textHeaders(multiValueHeaders),
    },
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

function textHeaders(headers: unknown): Record<string, string | string[]> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}
