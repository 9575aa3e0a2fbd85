import type { FirehoseClient } from '@aws-sdk/client-firehose';
import type { Network } from '../fakes/network.ts';
import { sdkErrors } from './sdk.ts';

interface PutRecordBatch {
  Records: { Data: Uint8Array }[];
}

/** Creates a client of one delivery stream. `keep` gets each line of an accepted record. */
export function createFirehoseClient(
  network: Network,
  keep: (line: string) => void,
): Pick<FirehoseClient, 'send'> {
  const put = ({ Records }: PutRecordBatch) => {
    const RequestResponses = Records.map(({ Data }) => {
      if (network.failsAlone()) return { ErrorCode: 'ServiceUnavailableException' };
      for (const line of Buffer.from(Data).toString().split('\n')) keep(line);
      return { RecordId: 'record' };
    });
    const failed = RequestResponses.filter(({ RecordId }) => RecordId === undefined);
    return { FailedPutCount: failed.length, RequestResponses };
  };
  const send = ({ input }: { input: PutRecordBatch }) =>
    sdkErrors(() => network.call('PutRecordBatch', () => put(input)));
  return { send } as unknown as Pick<FirehoseClient, 'send'>;
}
