/** Parameters of the template on the embedded cloud. Firehose buffers for 5 seconds there, and for a minute on AWS. */
export const EMBEDDED_PARAMETERS: Record<string, string> = { LakeBufferSeconds: '5' };
