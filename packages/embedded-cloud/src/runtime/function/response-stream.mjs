// The stream of a streaming handler, and the global `awslambda` that Lambda's runtime for Node.js
// gives to the functions. The behaviour is that of the runtime. Source:
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { parentPort } from 'node:worker_threads';

/** The property by which the runtime recognises a streaming handler. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const DEFAULT_HIGH_WATER_MARK = 64 * 1024;
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER_BYTES = 8;

/** A stream whose parts go to the main thread. Each part waits until the one before it is taken. */
class ResponseStream extends Writable {
  #has_begun = false;

  constructor(highWaterMark) {
    super({ highWaterMark });
  }

  setContentType() {
    if (!this.#has_begun) return;
    throw Object.assign(new Error('Cannot set content-type, too late.'), {
      name: 'Runtime.InvalidStreamingOperation',
    });
  }

  write(chunk, encoding, done) {
    if (!this.#has_begun) {
      this.#has_begun = true;
      // As in the runtime, `end` with a chunk does not come here, and then the prelude is missing.
      this._onBeforeFirstWrite?.((part) => super.write(part));
    }
    const is_raw = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(is_raw ? chunk : JSON.stringify(chunk), encoding, done);
  }

  _write(chunk, _encoding, done) {
    sendPart(chunk, done);
  }

  _writev(chunks, done) {
    sendPart(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }
}

/** The part that the main thread has not taken yet. */
const sent = { id: 0, resume: () => {} };

function sendPart(chunk, done) {
  sent.id += 1;
  sent.resume = done;
  parentPort.postMessage({ kind: 'part', id: sent.id, bytes: new Uint8Array(chunk) });
}

/** Lets the stream send its next part. The part may be one of an earlier, failed invocation. */
export function takePart(id) {
  if (id === sent.id) sent.resume();
}

/** Gives the functions the global `awslambda`. */
export function installGlobal() {
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number')
        handler[HIGH_WATER_MARK] = options.highWaterMark;
      return handler;
    },
    HttpResponseStream: {
      from(stream, prelude) {
        stream.setContentType(HTTP_RESPONSE);
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(prelude));
          write(new Uint8Array(DELIMITER_BYTES));
        };
        return stream;
      },
    },
  };
}

export function isStreaming(handler) {
  return handler[STREAMING] === 'response';
}

/**
 * Runs a streaming handler until it has returned and its stream has ended. If the handler does not
 * end the stream, the function runs until its timeout, as on Lambda.
 */
export async function runStreaming(handler, event, context) {
  const stream = new ResponseStream(handler[HIGH_WATER_MARK] ?? DEFAULT_HIGH_WATER_MARK);
  stream.on('error', () => {});
  const finished = once(stream, 'finish');
  finished.catch(() => {});
  try {
    const running = handler(event, stream, context);
    if (typeof running?.then !== 'function') {
      throw new Error('Streaming does not support non-async handlers.');
    }
    if ((await running) !== undefined) console.warn('Streaming handlers ignore return values.');
  } catch (error) {
    // The runtime sends what the handler has written, and the error after it.
    stream.end();
    await finished.catch(() => {});
    throw error;
  }
  await finished;
}
