/** The template's parameters on the embedded cloud: the lake is fresh after 5 seconds, where AWS buffers for a minute. */
export const EMBEDDED_PARAMETERS: Record<string, string> = { LakeBufferSeconds: '5' };
