import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createGateway } from '../../src/gateway/gateway.ts';
import { ownerIdentity } from '../../src/gateway/serve-service.ts';
import { createKinesis, type KinesisOptions } from '../../src/services/kinesis.ts';

/** Opens Kinesis behind a gateway, with a clock that a test can move. */
export async function openKinesis(options: Partial<KinesisOptions> = {}) {
  let offset_ms = 0;
  let frozen_at: number | undefined;
  const now = () => (frozen_at ?? Date.now()) + offset_ms;
  const gateway = createGateway({
    services: [await createKinesis({ now, ...options })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  const client = new KinesisClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
    // The errors are tested, and the SDK retries some of them.
    maxAttempts: 1,
  });
  return {
    client,
    now,
    wait(ms: number) {
      offset_ms += ms;
    },
    /** Stops the clock, which then moves with `wait` only. */
    freeze() {
      frozen_at = Date.now();
    },
    async close() {
      client.destroy();
      await gateway.close();
    },
  };
}
