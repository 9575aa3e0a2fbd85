import pc from 'picocolors';

/**
 * Uses colours on a terminal, or if FORCE_COLOR is set. By default picocolors also uses colours if CI is set, and would
 * write escape codes to files and pipes.
 */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);
