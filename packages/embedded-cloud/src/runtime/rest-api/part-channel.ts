/** The end of a channel: complete, or cut off because the function failed. */
export type ChannelEnd = 'complete' | 'failed';

/**
 * A channel from a function's response stream to the client. It holds one part: the function waits
 * until the reader has taken the part before it.
 */
export interface PartChannel {
  /** Offers a part. Resolves when the reader has taken the part, or has given up. */
  put(part: Uint8Array): Promise<void>;
  end(how: ChannelEnd): void;
  /** Waits for the next part, or for the end. Only one call may wait at a time. */
  take(): Promise<Uint8Array | ChannelEnd>;
  /**
   * Gives up reading. The function goes on: all its later parts are dropped. Source:
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
   */
  abandon(): void;
}

export function createPartChannel(): PartChannel {
  let offered: { part: Uint8Array; resume: () => void } | undefined;
  let ended: ChannelEnd | undefined;
  let is_abandoned = false;
  let wake: () => void = () => {};
  return {
    put(part) {
      if (is_abandoned) return Promise.resolve();
      return new Promise((resume) => {
        offered = { part, resume };
        wake();
      });
    },
    end(how) {
      ended = how;
      wake();
    },
    async take() {
      while (offered === undefined && ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (offered === undefined) return ended ?? 'failed';
      const { part, resume } = offered;
      offered = undefined;
      resume();
      return part;
    },
    abandon() {
      is_abandoned = true;
      offered?.resume();
      offered = undefined;
    },
  };
}
