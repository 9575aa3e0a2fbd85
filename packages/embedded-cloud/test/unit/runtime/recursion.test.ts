import { expect, it } from 'vitest';
import { isRecursiveLoop, nextTraceHeader } from '../../../src/runtime/function/recursion.ts';

const [FUNCTION, OTHER] = ['arn:aws:lambda:us-east-1:0:function:a', 'arn:of:another'];
const NOW = Date.UTC(2026, 10, 23);

/** Returns the trace header after `count` invocations of the function. */
function invoke(count: number, header?: string): string | undefined {
  let last = header;
  for (let i = 0; i < count; i += 1) last = nextTraceHeader(last, FUNCTION, NOW);
  return last;
}

it('a function is in a loop after 16 invocations in one chain of requests', () => {
  expect(isRecursiveLoop(undefined, FUNCTION)).toBe(false);
  expect(isRecursiveLoop(invoke(15), FUNCTION)).toBe(false);
  expect(isRecursiveLoop(invoke(16), FUNCTION)).toBe(true);
});

it('the invocations of each function in a chain are counted apart', () => {
  const header = invoke(16, nextTraceHeader(invoke(3), OTHER, NOW));
  expect(isRecursiveLoop(header, OTHER)).toBe(false);
  expect(isRecursiveLoop(header, FUNCTION)).toBe(true);
});

it('a trace header keeps its other fields, and a new one has a root', () => {
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  expect(nextTraceHeader(header, FUNCTION, NOW)).toMatch(
    new RegExp(`^${header};Lineage=[0-9a-f]{8}:1$`),
  );
  expect(invoke(2)).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=0;Lineage=[0-9a-f]{8}:2$/);
});
