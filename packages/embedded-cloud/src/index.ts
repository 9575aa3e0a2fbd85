export { type BootOptions, bootCloud, type Cloud } from './boot.ts';
export { REGION } from './gateway/types.ts';
export { OWNER_KEY, OWNER_SECRET } from './runtime/callers.ts';
export type { CloudStatus } from './runtime/control.ts';
