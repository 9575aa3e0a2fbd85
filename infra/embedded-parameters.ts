/**
 * Template parameters for the embedded cloud. In the embedded cloud, Firehose buffers results for 5
 * seconds instead of the default of 60 seconds, and the keeper merges them after a second.
 */
export const EMBEDDED_PARAMETERS: Record<string, string> = {
  LakeBufferSeconds: '5',
  LakeMergeSeconds: '1',
};
