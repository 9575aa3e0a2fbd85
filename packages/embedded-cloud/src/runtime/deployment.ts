import { type Assembly, loadAssembly } from './template/assembly.ts';
import { createRoles, type Roles } from './template/roles.ts';
import { createStack, type Stack } from './template/stack.ts';

/** What is deployed: an assembly's stack with its parameters, and what its roles may do. */
export interface Deployment {
  assembly: Assembly;
  stack: Stack;
  roles: Roles;
}

/** What the embedded cloud deploys with, where the template has it: a minute is long for somebody who watches. */
const LOCAL_PARAMETERS: Record<string, string> = { LakeBufferSeconds: '5' };

/** @throws {Error} where the template holds what is not played here. */
export async function loadDeployment(
  assembly_dir: string,
  parameters: Record<string, string> = {},
): Promise<Deployment> {
  const assembly = await loadAssembly(assembly_dir);
  const declared = assembly.template.Parameters ?? {};
  const local = Object.entries(LOCAL_PARAMETERS).filter(([name]) => name in declared);
  const stack = createStack(assembly, { ...Object.fromEntries(local), ...parameters });
  return { assembly, stack, roles: createRoles(stack) };
}
