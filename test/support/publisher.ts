import { vi } from 'vitest';
import { createPublisher, type Publisher } from '../../ingest/index.ts';

/**
 * Runs an action, and calls `onClose` instead of `close` for every publisher that the action
 * creates and closes.
 */
export async function watchClosing<Value>(
  onClose: () => void,
  run: () => Promise<Value>,
): Promise<Value> {
  const { prototype } = createPublisher({ stream: { putRecords: async () => [] } }).constructor;
  const close = vi.spyOn(prototype as Publisher, 'close').mockImplementation(async () => onClose());
  try {
    return await run();
  } finally {
    close.mockRestore();
  }
}
