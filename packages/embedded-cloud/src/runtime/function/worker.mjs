// This module runs in the thread of one execution environment. The thread loads the bundle once and
// then answers invocations one at a time. The module is plain JavaScript, so that the thread needs
// no TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads';
import { installGlobal, isStreaming, runStreaming, takePart } from './response-stream.mjs';

const { entry, handler_name } = workerData;

/**
 * Sends printed text through the same port as answers, so that text and answers stay in order. The
 * thread's own streams would deliver the text later.
 */
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, done) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    parentPort.postMessage({ kind: 'log', text });
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
}

// By default, Node.js prints warnings directly to the terminal and not through the streams that are
// replaced above.
process.removeAllListeners('warning');
process.on('warning', (warning) => process.stderr.write(`${warning.name}: ${warning.message}\n`));

function errorJson(error, type) {
  if (!(error instanceof Error)) {
    return JSON.stringify({
      errorType: type ?? typeof error,
      errorMessage: String(error),
      trace: [],
    });
  }
  return JSON.stringify({
    errorType: type ?? error.name,
    errorMessage: error.message,
    trace: String(error.stack ?? '').split('\n'),
  });
}

async function loadHandler() {
  const bundle = await import(entry);
  const handler = bundle[handler_name] ?? bundle.default?.[handler_name];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${handler_name} is undefined or not exported`), {
      name: 'Runtime.HandlerNotFound',
    });
  }
  if (handler.length > 2 && !isStreaming(handler)) {
    // The nodejs24.x runtime of Lambda also refuses callback-based handlers. Source:
    // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
    throw Object.assign(new Error('Callback-based handlers are not supported'), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  }
  return handler;
}

function contextOf({ context, deadline }) {
  return { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
}

function answerJson(answer) {
  try {
    return JSON.stringify(answer) ?? 'null';
  } catch {
    throw Object.assign(new Error('Unable to stringify response body'), {
      name: 'Runtime.MarshalError',
    });
  }
}

let handler;
try {
  installGlobal();
  handler = await loadHandler();
  parentPort.postMessage({ kind: 'ready' });
} catch (error) {
  parentPort.postMessage({ kind: 'unusable', payload: errorJson(error) });
}

async function runInvocation(invocation) {
  // The runtime of Lambda sets this variable, and the SDK sends its value with each call. Source:
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  process.env._X_AMZN_TRACE_ID = invocation.trace_header;
  try {
    const event = JSON.parse(invocation.payload);
    if (isStreaming(handler)) {
      await runStreaming(handler, event, contextOf(invocation));
      parentPort.postMessage({ kind: 'streamed', payload: '' });
      return;
    }
    const answer = await handler(event, contextOf(invocation));
    parentPort.postMessage({ kind: 'answered', payload: answerJson(answer) });
  } catch (error) {
    const payload = errorJson(error);
    console.error(payload);
    parentPort.postMessage({ kind: 'failed', payload });
  }
}

parentPort.on('message', (message) => {
  if (message.kind === 'taken') takePart(message.id);
  else void runInvocation(message);
});

process.on('unhandledRejection', (error) => {
  const payload = errorJson(error, 'Runtime.UnhandledPromiseRejection');
  console.error(payload);
  parentPort.postMessage({ kind: 'crashed', payload });
});
process.on('uncaughtException', (error) => {
  const payload = errorJson(error);
  console.error(payload);
  parentPort.postMessage({ kind: 'crashed', payload });
});
