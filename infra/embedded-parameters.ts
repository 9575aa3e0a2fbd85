/**
 * Template parameters for the embedded cloud. In the embedded cloud, Firehose buffers results for 5
 * seconds instead of the default of 60 seconds.
 */
export const EMBEDDED_PARAMETERS: Record<string, string> = { LakeBufferSeconds: '5' };
