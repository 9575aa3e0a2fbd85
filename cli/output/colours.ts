import pc from 'picocolors';

/**
 * Colours on a terminal, or where FORCE_COLOR asks for them. picocolors by itself also colours wherever CI is set, and
 * a file or a pipe there would receive escape codes.
 */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);
