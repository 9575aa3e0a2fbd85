import pc from 'picocolors';

/**
 * Colours where somebody looks, or asks for them with FORCE_COLOR. By itself picocolors colours whatever runs where CI
 * is set, and what is piped into a file or another program there would hold escape codes.
 */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR)),
);
