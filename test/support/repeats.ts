/**
 * The factor by which a test multiplies the runs of its property, and its time limit. The nightly
 * workflow sets the environment variable; the gate runs each property once.
 */
export const REPEATS = Number(process.env.PROPERTY_REPEATS ?? 1);
