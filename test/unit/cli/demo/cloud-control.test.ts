import { afterEach, expect, it, vi } from 'vitest';
import { comprehendUsage, flush } from '../../../../cli/demo/cloud-control.ts';

const CLOUD = { endpoint: 'http://cloud', control_token: 'the-token' };

afterEach(() => void vi.unstubAllGlobals());

/** Answers the control routes of the embedded cloud, and returns the requests. */
function answer(body: unknown, status = 200) {
  const sent: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { method, headers }: RequestInit) => {
    sent.push(`${method} ${url} ${new Headers(headers).get('authorization')}`);
    return Response.json(body, { status });
  });
  return sent;
}

it('the demo counts the calls of Comprehend that succeeded, with their documents and units', async () => {
  const detect = (calls: number, errors: Record<string, number>, usage?: object) => ({
    ...{ service: 'comprehend', action: 'BatchDetectSentiment', calls, errors },
    ...(usage === undefined ? {} : { usage }),
  });
  const sent = answer({
    entries: [
      detect(9, { Throttled: 2, Down: 1 }, { documents: 100, billed_units: 300 }),
      detect(1, { Throttled: 1 }),
      detect(4, {}, { documents: 7, billed_units: 21 }),
      { service: 'kinesis', action: 'PutRecords', calls: 50, errors: {} },
    ],
  });
  expect(await comprehendUsage(CLOUD)).toEqual({ calls: 10, documents: 107, billed_units: 321 });
  expect(sent).toEqual(['GET http://cloud/_cloud/meter Bearer the-token']);
});

it('the demo makes Firehose deliver at once, and names a route that the cloud refuses', async () => {
  const sent = answer({});
  await flush(CLOUD);
  expect(sent).toEqual(['POST http://cloud/_cloud/flush Bearer the-token']);
  answer({}, 403);
  await expect(flush(CLOUD)).rejects.toThrow('The embedded cloud answered 403 to flush');
});
