export { type BootOptions, bootCloud, type Cloud } from './boot.ts';
export { isDiskFull } from './full-disk.ts';
export { CONTROL_PREFIX } from './gateway/control-prefix.ts';
export type { ActiveFault } from './gateway/faults/faults.ts';
export type { FaultRule } from './gateway/faults/rule.ts';
export type { UnusedGrant } from './gateway/iam.ts';
export type { MeterEntry, MeterReading } from './gateway/meter.ts';
export { ACCOUNT_ID, REGION } from './gateway/types.ts';
export type { CloudStatus } from './runtime/control.ts';
export type { MappingStatus } from './runtime/event-source/mapping.ts';
export type { FunctionStatus } from './runtime/function/function.ts';
export { type FunctionSpec, functionEnvironment, loadFunctions } from './runtime/function/spec.ts';
export type { QueueMappingStatus } from './runtime/queue-source/queue-mapping.ts';
export {
  type Assembly,
  loadAssembly,
  type Template,
  type TemplateResource,
} from './runtime/template/assembly.ts';
