import { vi } from 'vitest';
import { countStubCall } from './endless-loops.ts';

type Send = (...call: unknown[]) => unknown;

/** The part of an AwsStub that calls go through. */
interface Stub {
  client: { send: Send };
  send: Send;
}

// The factory runs only in the test files that import the package.
vi.mock('aws-sdk-client-mock', async (importOriginal) => {
  const original = await importOriginal<typeof import('aws-sdk-client-mock')>();
  const guarded = new WeakMap<Stub, Send>();
  // The package sets `send` in its constructor and in `reset`.
  Object.defineProperty(original.AwsStub.prototype, 'send', {
    get(this: Stub) {
      return guarded.get(this);
    },
    set(this: Stub, stub: Send) {
      const send = new Proxy(stub, {
        apply(target, client, call: unknown[]) {
          countStubCall();
          return Reflect.apply(target, client, call);
        },
      });
      guarded.set(this, send);
      this.client.send = send;
    },
  });
  return original;
});
