import { type Assembly, loadAssembly } from './template/assembly.ts';
import { createRoles, type Roles } from './template/roles.ts';
import { createStack, type Stack } from './template/stack.ts';

/** A stack that is ready to deploy: its assembly, its resources with parameters applied, and its roles' policies. */
export interface Deployment {
  assembly: Assembly;
  stack: Stack;
  roles: Roles;
}

/**
 * Reads a cloud assembly.
 *
 * @throws {Error} if the template holds a resource, an intrinsic or a policy that is not emulated.
 */
export async function loadDeployment(
  assembly_dir: string,
  parameters: Record<string, string> = {},
): Promise<Deployment> {
  const assembly = await loadAssembly(assembly_dir);
  const stack = createStack(assembly, parameters);
  return { assembly, stack, roles: createRoles(stack) };
}
