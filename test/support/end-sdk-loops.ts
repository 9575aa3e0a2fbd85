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
  // A thread that runs several test files keeps the package.
  if (Object.hasOwn(original.AwsStub.prototype, 'send')) return original;
  const counting = new WeakSet<Send>();
  const send_of = new WeakMap<Stub, Send>();
  // The package sets `send` in its constructor and in `reset`.
  Object.defineProperty(original.AwsStub.prototype, 'send', {
    get(this: Stub) {
      return send_of.get(this);
    },
    set(this: Stub, stub: Send) {
      const send = counting.has(stub) ? stub : countCalls(stub);
      counting.add(send);
      send_of.set(this, send);
      this.client.send = send;
    },
  });
  return original;
});

function countCalls(stub: Send): Send {
  return new Proxy(stub, {
    apply(target, client, call: unknown[]) {
      countStubCall();
      return Reflect.apply(target, client, call);
    },
  });
}
