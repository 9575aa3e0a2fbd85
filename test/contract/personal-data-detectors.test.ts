import {
  clientConfig,
  createComprehend,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntityService } from '../../aws/comprehend/entities.ts';
import { chooseByLanguage, combineDetectors } from '../../processors/privacy/combine-detectors.ts';
import { createComprehendDetector } from '../../processors/privacy/comprehend-detector.ts';
import { createLocalDetector } from '../../processors/privacy/local-detector.ts';
import { ServiceError } from '../../schemas/index.ts';
import { awsStub, type StubReply } from './aws/aws-stub.ts';
import { describePersonalDataDetector } from './suites/personal-data-detector.ts';

let served: ServedService;
let client: ComprehendClient;
beforeAll(async () => {
  const quota = { DetectPiiEntities: 10_000 };
  served = await serveService(createComprehend({ now: Date.now, calls_per_second: quota }));
  client = new ComprehendClient({ ...clientConfig(served.endpoint), maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const createRemote = () => createComprehendDetector(createEntityService({ client }));

describe('The local detector', () => describePersonalDataDetector(createLocalDetector));
describe('The detector that calls Comprehend', () => describePersonalDataDetector(createRemote));

async function withReply<Value>(
  reply: StubReply,
  use: (detector: ReturnType<typeof createRemote>) => Promise<Value>,
) {
  const stub = await awsStub(() => reply);
  const stubbed = new ComprehendClient({ ...stub.config, maxAttempts: 1 });
  try {
    return await use(createComprehendDetector(createEntityService({ client: stubbed })));
  } finally {
    stubbed.destroy();
    await stub.close();
  }
}

const entity = { Type: 'EMAIL', Score: 0.9, BeginOffset: 0, EndOffset: 1 };

it('An entity of a type that AWS added later is a finding too', async () => {
  const reply = { body: { Entities: [{ ...entity, Type: 'SHOE_SIZE' }] } };
  const detection = await withReply(reply, (detector) => detector.detect('42', 'en'));
  expect(detection).toMatchObject({ ok: true, findings: [{ type: 'OTHER' }] });
});

it.each([
  { lacks: 'the list of entities', body: {} },
  { lacks: 'the end of an entity', body: { Entities: [{ ...entity, EndOffset: undefined }] } },
])(
  'A response without $lacks counts as an outage, because it says nothing about the text',
  async ({ body }) => {
    const call = withReply({ body }, (detector) => detector.detect('a', 'en'));
    await expect(call).rejects.toMatchObject({ code: 'InvalidResponse', retryable: true });
  },
);

it('While Comprehend is away the detector throws, so that the text waits', async () => {
  const reply = { status: 500, body: { __type: 'InternalServerException' } };
  const call = withReply(reply, (detector) => detector.detect('a', 'en'));
  await expect(call).rejects.toBeInstanceOf(ServiceError);
});

it('A text that Comprehend refuses is unsafe as a whole', async () => {
  const reply = { status: 400, body: { __type: 'TextSizeLimitExceededException' } };
  const detection = await withReply(reply, (detector) => detector.detect('a', 'en'));
  expect(detection).toEqual({ ok: false, reason: 'refused', detector: 'comprehend' });
});

it('Two detectors together find what each of them finds, and ask Comprehend only in its languages', async () => {
  const both = combineDetectors([createLocalDetector(), createRemote()]);
  expect(both.name).toBe('local+comprehend');
  const english = await both.detect('IBAN DE89370400440532013000, 123-45-6789', 'en');
  expect(english).toMatchObject({
    findings: [{ type: 'INTERNATIONAL_BANK_ACCOUNT_NUMBER' }, { type: 'SSN', score: 0.99 }],
  });
  expect(await both.detect('ann@example.com', 'de')).toMatchObject({
    findings: [{ type: 'EMAIL' }],
  });
});

it('A detector chosen by language asks Comprehend in its languages, and the local one in the others', async () => {
  const chosen = chooseByLanguage([createRemote(), createLocalDetector()]);
  const text = 'IBAN DE89370400440532013000';
  expect(await chosen.detect(text, 'es')).toEqual({ ok: true, findings: [] });
  expect(await chosen.detect(text, 'de')).toMatchObject({
    findings: [{ type: 'INTERNATIONAL_BANK_ACCOUNT_NUMBER' }],
  });
  const alone = chooseByLanguage([createRemote()]);
  expect([alone.supports('en'), alone.supports('de')]).toEqual([true, false]);
  expect(await alone.detect(text, 'de')).toMatchObject({ ok: false, reason: 'refused' });
});

it('If one of two detectors fails on a text, the whole text is unsafe', async () => {
  const failing = {
    ...createLocalDetector(),
    detect: async () => ({ ok: false, reason: 'failed', detector: 'x' }) as const,
  };
  const both = combineDetectors([createLocalDetector(), failing]);
  expect(await both.detect('a', 'en')).toMatchObject({ ok: false });
});
