/**
 * Template parameters for the embedded cloud. In the embedded cloud, Firehose buffers results for 3
 * seconds instead of the default of 60 seconds, and the keeper merges them after a second. A shorter time
 * would make the keeper's statements take a large part of a machine with two cores. Reads are in the audit
 * trail after a second.
 */
export const EMBEDDED_PARAMETERS: Record<string, string> = {
  LakeBufferSeconds: '3',
  LakeMergeSeconds: '1',
  AuditReadSeconds: '1',
};
