import pc from 'picocolors';

/**
 * Functions that colour text if the output is a terminal or FORCE_COLOR is set. The default of
 * picocolors is not used, because picocolors would also write escape codes to files and pipes if
 * the variable CI is set.
 */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);
