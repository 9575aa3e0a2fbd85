import pc from 'picocolors';

/**
 * Functions that colour text if the output is a terminal or FORCE_COLOR is set. The default
 * functions of picocolors are not used. If the variable CI is set, the default functions would also
 * write escape codes to files and pipes.
 */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);
